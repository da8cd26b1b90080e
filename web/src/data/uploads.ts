import { signal } from "@preact/signals";
import { answered, api } from "../api/client";
import { Failure } from "../api/failure";
import * as reads from "../api/reads";
import type { EvidenceList, EvidenceType, UploadForm } from "../api/schema";
import { who } from "../session";
import { draftOf, dropDraft } from "./drafts";
import { queries, readAgain } from "./query";
import { drop, keep, kept, keptUnder } from "./store";

/**
 * Files on their way into a dispute. They are kept in this browser until the server has them, so that a killed tab or a
 * lost line loses none of them: the app goes on with them when it is opened again.
 */
export interface Upload {
  key: string;
  dispute: string;
  file: Blob;
  name: string;
  type: EvidenceType;
  note: string;
  state: "waiting" | "sending" | "looked at" | "refused";
  uploadId?: string;
  reason?: string;
}

export const uploads = signal<Upload[]>([]);

const place = (it: Upload) => `upload:${who.value!.id}:${it.key}`;
const KINDS: Record<string, string> = {
  heic: "image/heic",
  heif: "image/heif",
  mov: "video/quicktime",
  mp4: "video/mp4",
  pdf: "application/pdf",
  jpg: "image/jpeg",
  jpeg: "image/jpeg",
  png: "image/png",
};
export const ACCEPTED =
  "image/jpeg,image/png,image/heic,image/heif,video/mp4,video/quicktime,application/pdf,.heic,.heif";
const MEGABYTE = 1_048_576;

/** A file's content type; by the end of its name where the browser does not know it (HEIC, outside Safari). */
export const kindOf = (file: { type: string; name: string }) =>
  file.type || KINDS[file.name.split(".").pop()!.toLowerCase()] || "";

/** What is wrong with a file before it is sent: `type`, `size`, or nothing. `most` is what its kind may have, in megabytes. */
export function unfit(
  file: { type: string; name: string; size: number },
  most: (kind: string) => number,
): "type" | "size" | null {
  const kind = kindOf(file);
  if (!Object.values(KINDS).includes(kind)) return "type";
  return file.size > most(kind) * MEGABYTE || file.size === 0 ? "size" : null;
}

/** What a file shows as: a photo, a video or a document. */
export const evidenceType = (kind: string): EvidenceType =>
  kind.startsWith("image/") ? "photo" : kind.startsWith("video/") ? "video" : "document";

/**
 * Draws a photo anew, at most 3,000 pixels long: it loses the place where it was taken, and is sent sooner.
 * A kind that this browser cannot draw (HEIC) goes as it is.
 */
export async function withoutPlace(file: File): Promise<Blob> {
  const kind = kindOf(file);
  if (kind !== "image/jpeg") return file.type === kind ? file : new Blob([file], { type: kind });
  try {
    const image = await createImageBitmap(file, { imageOrientation: "from-image" });
    const scale = Math.min(1, 3000 / Math.max(image.width, image.height));
    const canvas = new OffscreenCanvas(
      Math.max(1, Math.round(image.width * scale)),
      Math.max(1, Math.round(image.height * scale)),
    );
    canvas.getContext("2d")!.drawImage(image, 0, 0, canvas.width, canvas.height);
    return await canvas.convertToBlob({ type: "image/jpeg", quality: 0.88 });
  } catch {
    return file;
  }
}

/** Sends a file, and goes on trying until the server has it or refuses it. */
export async function upload(
  dispute: string,
  file: Blob,
  name: string,
  type: EvidenceType,
  note: string,
  key: string = crypto.randomUUID(),
): Promise<void> {
  const it: Upload = { key, dispute, file, name, type, note, state: "waiting" };
  await keep(place(it), it);
  show(it);
  void work(it);
}

/**
 * Sends the files of a claim's draft into the dispute that it has opened, and forgets the draft. Those that were sent ahead
 * are in the dispute already.
 */
export async function filesOf(scope: string, dispute: string): Promise<void> {
  if (!scope.startsWith("open/")) return;
  const draft = await draftOf<{ files: { id: string; file: Blob; name: string; uploadId?: string }[] }>(scope);
  for (const it of draft?.files ?? []) {
    const type = evidenceType(kindOf({ type: it.file.type, name: it.name }));
    if (!it.uploadId) await upload(dispute, it.file, it.name, type, "", it.id);
  }
  await dropDraft(scope);
}

/** Takes up what an earlier visit could not send. */
export async function resumeUploads(): Promise<void> {
  for (const [, it] of await keptUnder<Upload>(`upload:${who.value!.id}:`)) {
    show(it);
    if (it.state !== "refused") void work(it);
  }
}

export async function dismiss(it: Upload): Promise<void> {
  await drop(place(it));
  uploads.value = uploads.value.filter((one) => one.key !== it.key);
}

async function work(it: Upload): Promise<void> {
  // One tab sends a file; another one shows that it is on its way.
  await navigator.locks.request(`upload:${it.key}`, async () => {
    for (let attempt = 0; who.value; attempt++) {
      const now = await kept<Upload>(place(it));
      if (!now) break;
      try {
        if (await step(now)) return;
      } catch (error) {
        if (error instanceof Failure && !error.again && error.status !== 401) {
          return update(now, { state: "refused", reason: error.problem.detail ?? error.message });
        }
        await update(now, { state: "waiting" });
      }
      await new Promise((resolve) => setTimeout(resolve, Math.min(1000 * 2 ** attempt, 30_000)));
    }
    uploads.value = uploads.value.filter((one) => one.key !== it.key);
  });
}

/** Goes one step further. Returns true when nothing is left to do. */
async function step(it: Upload): Promise<boolean> {
  if (!it.uploadId) {
    const form = await ask(it);
    await update(it, { state: "sending" });
    await post(form, it.file);
    await update(it, { state: "looked at", uploadId: form.upload_id });
  }
  for (let tries = 0; tries < 20; tries++) {
    await new Promise((resolve) => setTimeout(resolve, tries < 5 ? 700 : 2500));
    const list: EvidenceList = await reads.evidence(it.dispute).read();
    if (list.evidence.some((one) => one.file?.upload_id === it.uploadId)) {
      queries.setQueryData(reads.evidence(it.dispute).key, list);
      await readAgain(reads.dispute(it.dispute).key);
      await dismiss(it);
      return true;
    }
    const turned = list.uploads.find((one) => one.upload_id === it.uploadId);
    if (turned?.status === "rejected") {
      await update(it, { state: "refused", reason: turned.detail });
      return true;
    }
    if (turned?.status === "expired") {
      await update(it, { uploadId: undefined, key: it.key });
      return false;
    }
  }
  return false;
}

async function ask(it: Upload): Promise<UploadForm> {
  return answered(
    api.POST("/disputes/{dispute_id}/evidence/uploads", {
      // A form is good for ten minutes: a later try is another intent.
      params: {
        path: { dispute_id: it.dispute },
        header: { "Idempotency-Key": `${it.key}-${Math.floor(Date.now() / 300_000)}` },
      },
      body: { content_type: it.file.type as never, size: it.file.size, type: it.type, note: it.note },
    }),
  );
}

/** Posts a file to storage by a form that the API gave out. */
export async function post(form: UploadForm, file: Blob): Promise<void> {
  const parts = new FormData();
  for (const [name, value] of Object.entries(form.fields)) parts.append(name, value);
  parts.append("file", file);
  let answer: Response;
  try {
    answer = await fetch(form.url, { method: "POST", body: parts });
  } catch {
    throw new Failure(0);
  }
  if (!answer.ok) throw new Failure(answer.status >= 500 || answer.status === 403 ? 0 : answer.status);
}

async function update(it: Upload, part: Partial<Upload>): Promise<void> {
  Object.assign(it, part);
  await keep(place(it), it);
  show(it);
}

function show(it: Upload): void {
  const others = uploads.value.filter((one) => one.key !== it.key);
  uploads.value = [...others, { ...it }];
}
