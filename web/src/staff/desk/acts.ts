import { Failure } from "../../api/failure";
import { type Answer, type Intent, keyOf, send } from "../../data/intents";
import { queries, readAgain } from "../../data/query";
import { who } from "../../session";
import * as reads from "./reads";

/** Sends one act in a case, and reads again what it changes. Throws `Failure` if it was refused. */
export async function act(
  id: string,
  what: string,
  path: string,
  body: unknown = {},
  method: Intent["method"] = "POST",
  version?: number,
): Promise<Answer> {
  const scope = `case/${id}/${what}`;
  try {
    const whole = `/disputes/${encodeURIComponent(id)}${path}`;
    return await send({ key: await keyOf(scope), scope, method, path: whole, body, version });
  } finally {
    void changed(id);
  }
}

/** Reads again what an act in a case changes. */
export async function changed(id: string): Promise<void> {
  const mine = who.value!.id;
  await Promise.all([
    readAgain(reads.caseFile(id).key),
    queries.invalidateQueries({ queryKey: [mine, "queue"] }),
    queries.invalidateQueries({ queryKey: [mine, "workload"] }),
  ]);
}

export type Taken = { taken: true } | { taken: false; by?: string; failure: Failure };

/** Takes a case. Says who was faster, where somebody was. */
export async function take(id: string): Promise<Taken> {
  try {
    await act(id, "take", "/assignment");
    return { taken: true };
  } catch (error) {
    const failure = error instanceof Failure ? error : new Failure(0);
    return { taken: false, by: failure.problem.mediator ?? undefined, failure };
  }
}
