import type { StoredFile } from "../api/schema";

/** True for a file that every browser draws: a photo of which copies were made, which are JPEGs, or a JPEG or PNG. */
export const drawn = (it: StoredFile) => it.copied || /^image\/(jpeg|png)$/.test(it.content_type);
