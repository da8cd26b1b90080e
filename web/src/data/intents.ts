import { signal } from "@preact/signals";
import { Failure } from "../api/failure";
import { config } from "../config";
import { tokens, who } from "../session";
import { language } from "../words";
import { heard } from "./clock";
import { drop, keep, kept, keptUnder } from "./store";
import { filesOf } from "./uploads";

/**
 * An intent is one thing that a person asked for. It is kept before it is sent, under the idempotency key that was made
 * when its form was first shown, and sent again under that key until an answer comes. So it happens once, also after a
 * double tap, a lost answer, a killed tab, or with two tabs open.
 */
export interface Intent {
  key: string;
  /** What the form is about, such as `dispute/o-1-d1/accept/3`: a form has one intent at a time. */
  scope: string;
  method: "POST" | "PUT" | "DELETE";
  path: string;
  body: unknown;
  version?: number;
  madeAt: number;
  attempts: number;
  /** Set while the server has asked to wait: until then, in the time of `performance.now()`. */
  slowUntil?: number;
}

export type Answer = Record<string, unknown>;

/** The intents that wait for an answer. */
export const waiting = signal<Intent[]>([]);

const person = () => who.value!.id;
const place = (it: Intent) => `intent:${person()}:${it.key}`;

/** Returns the key of the form about `scope`, the same in every tab and after a reload until an answer has come. */
export async function keyOf(scope: string): Promise<string> {
  return navigator.locks.request("keys", async () => {
    const at = `key:${person()}:${scope}`;
    const known = await kept<string>(at);
    const key = known ?? crypto.randomUUID();
    if (!known) await keep(at, key);
    return key;
  });
}

const listeners = new Map<string, ((outcome: Answer | Failure) => void)[]>();

/** Sends an intent and returns its answer, however long that takes. Throws `Failure` if it was refused. */
export async function send(intent: Omit<Intent, "madeAt" | "attempts">): Promise<Answer> {
  const whole: Intent = { ...intent, madeAt: Date.now(), attempts: 0 };
  await keep(place(whole), whole);
  note(whole);
  const answer = answerTo(whole);
  void work(whole);
  return answer;
}

/** Returns the answer to an intent that waits, also to one of an earlier visit. Throws `Failure` if it was refused. */
export function answerTo({ key }: Intent): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const tell = (it: Answer | Failure) => (it instanceof Failure ? reject(it) : resolve(it));
    listeners.set(key, [...(listeners.get(key) ?? []), tell]);
  });
}

/** Takes up what an earlier visit could not send. */
export async function resumeIntents(): Promise<void> {
  const found = await keptUnder<Intent>(`intent:${person()}:`);
  waiting.value = found.map(([, it]) => it);
  for (const [, it] of found) void work(it);
}

export async function discard(intent: Intent): Promise<void> {
  await done(intent, new Failure(0, { code: "discarded" }));
}

const wakers = new Set<() => void>();
const busy = new Set<string>();

/** Tries again at once what waits. */
export function tryNow(): void {
  for (const wake of wakers) wake();
}

export function wakeOnReconnect(): void {
  addEventListener("online", tryNow);
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && tryNow());
}

async function work(intent: Intent): Promise<void> {
  if (busy.has(intent.key)) return;
  busy.add(intent.key);
  try {
    // A line that has come back, and another visit, begin with short waits again.
    for (let tries = 0; ; tries++) {
      // Another tab may have had the answer in the meantime.
      const outcome = await navigator.locks.request(`intent:${intent.key}`, async () =>
        (await kept(place(intent))) ? once(intent) : null,
      );
      if (outcome === null) return settle(intent, { elsewhere: true });
      if (!(outcome instanceof Failure && outcome.again)) return await done(intent, outcome);
      intent.attempts++;
      const pause = outcome.code === "upload_pending" ? 1 : outcome.retryAfter || Math.min(2 ** tries, 60);
      await keep(place(intent), intent);
      note({ ...intent, slowUntil: outcome.status === 429 ? performance.now() + pause * 1000 : undefined });
      if (await sleep(pause * 1000)) tries = -1;
      if (!who.value) return;
    }
  } finally {
    busy.delete(intent.key);
  }
}

async function once(intent: Intent): Promise<Answer | Failure> {
  let token: string;
  try {
    token = await tokens.token();
  } catch (error) {
    // Signed out in between: the intent waits for the person to come back.
    return error instanceof Failure && error.status !== 401 ? error : new Failure(0, { code: "signed_out" });
  }
  const headers: Record<string, string> = {
    Authorization: `Bearer ${token}`,
    "Accept-Language": language.value,
    "Content-Type": "application/json",
  };
  if (intent.method === "POST") headers["Idempotency-Key"] = intent.key;
  if (intent.version !== undefined) headers["If-Match"] = `"${intent.version}"`;
  try {
    const answer = await fetch(config.api + intent.path, {
      method: intent.method,
      headers,
      body: intent.method === "DELETE" ? undefined : JSON.stringify(intent.body ?? {}),
    });
    const body = (await answer.json().catch(() => ({}))) as Answer;
    if (typeof body.as_of === "string") heard(body.as_of);
    if (answer.ok) return body;
    if (answer.status === 401) {
      await tokens.renew().catch(() => "");
      return new Failure(0, { code: "signed_out" });
    }
    const wait = Number(answer.headers.get("Retry-After") ?? 0);
    return new Failure(answer.status, body, answer.headers.get("X-Request-Id") ?? "", wait);
  } catch {
    return new Failure(0);
  }
}

async function done(intent: Intent, outcome: Answer | Failure): Promise<void> {
  // The page that sent it may be gone by now.
  if (!(outcome instanceof Failure)) await filesOf(intent.scope, String(outcome.id));
  await drop(place(intent));
  await drop(`key:${person()}:${intent.scope}`);
  settle(intent, outcome);
}

function settle(intent: Intent, outcome: Answer | Failure): void {
  waiting.value = waiting.value.filter((it) => it.key !== intent.key);
  for (const tell of listeners.get(intent.key) ?? []) tell(outcome);
  listeners.delete(intent.key);
}

function note(intent: Intent): void {
  waiting.value = [...waiting.value.filter((it) => it.key !== intent.key), { ...intent }];
}

/** Waits, and returns true if it was woken before the time was over. */
function sleep(milliseconds: number): Promise<boolean> {
  return new Promise((resolve) => {
    const end = (woken: boolean) => {
      clearTimeout(timer);
      wakers.delete(wake);
      resolve(woken);
    };
    const wake = () => end(true);
    const timer = setTimeout(end, milliseconds, false);
    wakers.add(wake);
  });
}
