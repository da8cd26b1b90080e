import createClient, { type Middleware } from "openapi-fetch";
import { config } from "../config";
import { heard } from "../data/clock";
import { language } from "../words";
import { Failure } from "./failure";
import type { Problem, paths } from "./schema";

type TokenSource = { token(): Promise<string>; renew(): Promise<string> };
let tokens: TokenSource;

const authorised: Middleware = {
  async onRequest({ request }) {
    request.headers.set("Authorization", `Bearer ${await tokens.token()}`);
    request.headers.set("Accept-Language", language.value);
    return request;
  },
};

export let api: ReturnType<typeof createClient<paths>>;

export function connect(source: TokenSource): void {
  tokens = source;
  api = createClient<paths>({ baseUrl: config.api, fetch: patiently });
  api.use(authorised);
}

/** Fetches; if the token has run out, renews it once and sends the same request again. */
async function patiently(request: Request): Promise<Response> {
  const again = request.clone();
  const answer = await fetch(request);
  if (answer.status !== 401) return answer;
  again.headers.set("Authorization", `Bearer ${await tokens.renew()}`);
  return fetch(again);
}

interface Outcome<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** Returns what was answered, or throws `Failure`. Every answer that says its time sets the app's clock. */
export async function answered<T>(asked: Promise<Outcome<T>>): Promise<T> {
  let outcome: Outcome<T>;
  try {
    outcome = await asked;
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw new Failure(0);
  }
  const { response } = outcome;
  if (!response.ok) {
    const problem = (typeof outcome.error === "object" ? outcome.error : {}) as Partial<Problem>;
    if (problem?.now) heard(problem.now);
    const wait = Number(response.headers.get("Retry-After") ?? 0);
    throw new Failure(
      response.status,
      problem ?? {},
      response.headers.get("X-Request-Id") ?? problem?.request_id ?? "",
      wait,
    );
  }
  const asOf = (outcome.data as { as_of?: string } | undefined)?.as_of;
  if (asOf) heard(asOf);
  return outcome.data as T;
}
