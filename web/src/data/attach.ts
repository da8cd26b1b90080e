import { answered, api } from "../api/client";
import { post } from "./uploads";

/** Sends a file for a message of an order's thread, and returns the upload's id. The message waits for it by itself. */
export async function attach(order_id: string, key: string, file: Blob): Promise<string> {
  const form = await answered(
    api.POST("/orders/{order_id}/messages/uploads", {
      params: { path: { order_id }, header: { "Idempotency-Key": key } },
      body: { content_type: file.type as never, size: file.size },
    }),
  );
  await post(form, file);
  return form.upload_id;
}
