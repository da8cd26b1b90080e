import { signal } from "@preact/signals";
import { onlineManager } from "@tanstack/query-core";

/** True while there is no line. */
export const cut = signal(!navigator.onLine);

function note(): void {
  cut.value = !navigator.onLine;
  onlineManager.setOnline(navigator.onLine);
}
addEventListener("online", note);
addEventListener("offline", note);
