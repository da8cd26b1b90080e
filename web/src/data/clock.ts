import { signal } from "@preact/signals";

/**
 * The server's time. Its answers say when they were true (`as_of`); between answers a monotonic clock goes on from there,
 * so neither a phone's wrong clock nor a sandbox's moved one changes what a deadline says.
 */
let server = 0;
let heardAt = 0;
const OFFSET = "clock-offset";

/** The number of whole minutes that have passed: a page that reads it is drawn again each minute. */
export const minute = signal(0);
/** Set once the server's time is known. */
export const known = signal(false);

export function heard(asOf: string): void {
  const time = Date.parse(asOf);
  if (Number.isNaN(time)) return;
  const before = now();
  server = time;
  heardAt = performance.now();
  localStorage.setItem(OFFSET, String(time - Date.now()));
  if (!known.value) known.value = true;
  // A sandbox's clock was moved: every deadline on the page is drawn again.
  if (Math.abs(time - before) > 30_000) minute.value++;
}

export function now(): number {
  if (server) return server + (performance.now() - heardAt);
  return Date.now() + Number(localStorage.getItem(OFFSET) ?? 0);
}

export function startTicking(): void {
  setInterval(() => {
    minute.value++;
  }, 30_000);
}
