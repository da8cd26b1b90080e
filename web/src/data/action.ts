import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { Failure } from "../api/failure";
import { type Answer, answerTo, type Intent, keyOf, send, waiting } from "./intents";

export interface Action {
  /** True from the tap until an answer. */
  busy: boolean;
  /** True when it was tried in vain and is tried again by itself. */
  waits: boolean;
  /** Until when the server has asked to wait (`performance.now()`); it is then sent by itself. */
  slowUntil: number | undefined;
  failure: Failure | null;
  /** Sends, and returns the answer; null where it was refused (`failure` says why) or is being sent already. */
  run(request: Pick<Intent, "path" | "body"> & { method?: Intent["method"]; version?: number }): Promise<Answer | null>;
  clear(): void;
}

/**
 * One thing that a form can send. Its idempotency key is made when the form is first shown. `late` takes the answer to what
 * an earlier visit had sent.
 */
export function useAction(scope: string, late?: (answer: Answer) => unknown): Action {
  const failure = useSignal<Failure | null>(null);
  const running = useSignal(false);
  const key = useRef<Promise<string> | null>(null);
  useEffect(() => {
    key.current = keyOf(scope);
    const left = waiting.value.find((it) => it.scope === scope);
    if (left)
      answerTo(left).then(late, (error) => {
        failure.value = error;
      });
  }, [scope]);
  const pending = waiting.value.find((it) => it.scope === scope);
  return {
    busy: running.value || pending !== undefined,
    waits: (pending?.attempts ?? 0) > 0,
    slowUntil: pending?.slowUntil,
    failure: failure.value,
    clear: () => {
      failure.value = null;
    },
    async run({ path, body, method = "POST", version }) {
      if (running.value || waiting.value.some((it) => it.scope === scope)) return null;
      running.value = true;
      failure.value = null;
      try {
        return await send({ key: await (key.current ?? keyOf(scope)), scope, method, path, body, version });
      } catch (error) {
        failure.value = error instanceof Failure ? error : new Failure(0, { detail: String(error) });
        return null;
      } finally {
        // What was refused is another intent when it is sent again.
        key.current = keyOf(scope);
        running.value = false;
      }
    },
  };
}
