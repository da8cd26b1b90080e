import { answered, api } from "../api/client";
import type { EvidenceType } from "../api/schema";
import { post } from "./uploads";

/**
 * Sends a file before its dispute is opened, so that the opening can claim it as evidence. Returns the upload's id once
 * the file is ready, null where that takes too long or cannot be done: it then follows when the dispute is open.
 */
export async function sendAhead(order_id: string, key: string, file: Blob, type: EvidenceType): Promise<string | null> {
  try {
    const form = await answered(
      api.POST("/orders/{order_id}/evidence/uploads", {
        params: { path: { order_id }, header: { "Idempotency-Key": key } },
        body: { content_type: file.type as never, size: file.size, type, note: "" },
      }),
    );
    await post(form, file);
    for (let tries = 0; tries < 15; tries++) {
      await new Promise((resolve) => setTimeout(resolve, tries < 5 ? 700 : 2000));
      const list = await answered(api.GET("/orders/{order_id}/evidence/uploads", { params: { path: { order_id } } }));
      const mine = list.uploads.find((it) => it.upload_id === form.upload_id);
      if (mine?.status === "ready") return form.upload_id;
      if (mine?.status === "rejected" || mine?.status === "expired") return null;
    }
  } catch {
    // Without a line the file stays in the draft.
  }
  return null;
}
