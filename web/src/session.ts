import { signal } from "@preact/signals";
import type { TokenEndpointResponse } from "oauth4webapi";
import { answered, api } from "./api/client";
import { Failure } from "./api/failure";
import { config } from "./config";
import { drop, forget, forgetForGood, keep, kept } from "./data/store";

/** Who is signed in. */
export interface Who {
  id: string;
  role: "buyer" | "seller" | "mediator" | "operator";
  /** Of mediators: those who hand cases over. */
  lead: boolean;
  /** As the marketplace knows them; null where it does not. */
  language: string | null;
  zone: string | null;
}

export const who = signal<Who | null>(null);
/** True for mediators and operators, whose pages are others. */
export const onStaff = (person: Who) => person.role === "mediator" || person.role === "operator";
/** True after a token could not be renewed: the page says so, and keeps what was typed. */
export const expired = signal(false);

interface Kept {
  who: Who;
  refresh: string;
}
const KEY = "session";
const PENDING = "signing-in";
const LAST = "last-person";
let access: { token: string; until: number } | null = null;
let refresh = "";
let renewing: Promise<string> | null = null;

// Loaded when it is needed: a page that shows what is kept does not wait for it.
const login = () => import("./login");

/** Sends the browser to the login; it comes back to `signed-in` with a code, and then to `back`. */
export async function signIn(back: string, hint?: string, stay = false): Promise<void> {
  const [address, pending] = await (await login()).ask(hint);
  sessionStorage.setItem(PENDING, JSON.stringify({ ...pending, back, stay }));
  location.assign(address);
}

/** Takes the tokens for the code in the page's address. Returns the path to go on with. */
export async function comeBack(): Promise<string> {
  const pending = JSON.parse(sessionStorage.getItem(PENDING) ?? "null");
  sessionStorage.removeItem(PENDING);
  if (!pending) throw new Failure(0, { detail: "no sign-in was begun in this tab" });
  take(await (await login()).exchange(pending));
  const person = await meet();
  // A draft outlives the end of a session, but not another person's coming.
  if ((await kept<string>(LAST)) !== person.id) await forget();
  await keep(LAST, person.id);
  who.value = person;
  // Staff see other people's cases: their session ends with the tab.
  await remember(pending.stay && !onStaff(person));
  return pending.back;
}

/** Asks the API who this is. Throws `Failure` 403 where this app has no pages for their role. */
async function meet(): Promise<Who> {
  const me = await answered(api.GET("/me"));
  const { id, role, lead } = me;
  if (role === "platform" || role === "clock") throw new Failure(403, { code: "role", detail: role });
  return { id, role, lead, language: me.language, zone: me.time_zone };
}

/** Takes up the session that this browser keeps, if any. The network is asked only when a token is needed. */
export async function resume(): Promise<boolean> {
  const own = sessionStorage.getItem(KEY);
  const found: Kept | undefined = own ? JSON.parse(own) : await kept<Kept>(KEY);
  if (!found) return false;
  refresh = found.refresh;
  who.value = found.who;
  return true;
}

export const tokens = {
  async token(): Promise<string> {
    return access && performance.now() < access.until ? access.token : tokens.renew();
  },
  renew(): Promise<string> {
    renewing ??= renew().finally(() => {
      renewing = null;
    });
    return renewing;
  },
};

async function renew(): Promise<string> {
  const before = refresh;
  try {
    if (!refresh) throw new Failure(401);
    take(await (await login()).renewed(refresh));
  } catch (error) {
    if (error instanceof Failure && error.status === 401) expired.value = true;
    throw error;
  }
  if (refresh !== before) await remember(!sessionStorage.getItem(KEY));
  return access!.token;
}

/** Ends the session, here and at the provider, and forgets all that this browser kept of the person. */
export async function signOut(): Promise<void> {
  access = null;
  refresh = "";
  sessionStorage.clear();
  await forgetForGood();
  const { logout, client_id } = config.login;
  if (!logout) return location.assign(import.meta.env.BASE_URL);
  const address = new URL(logout, location.origin);
  address.searchParams.set("client_id", client_id);
  address.searchParams.set("logout_uri", `${location.origin}${import.meta.env.BASE_URL}`);
  location.assign(address);
}

async function remember(stay: boolean): Promise<void> {
  const session: Kept = { who: who.value!, refresh };
  if (stay) {
    await keep(KEY, session);
    sessionStorage.removeItem(KEY);
  } else {
    sessionStorage.setItem(KEY, JSON.stringify(session));
    await drop(KEY);
  }
}

function take(answer: TokenEndpointResponse): void {
  // Renewed a minute early, so that a request on its way does not meet the end of its token.
  access = { token: answer.access_token, until: performance.now() + ((answer.expires_in ?? 3600) - 60) * 1000 };
  refresh = answer.refresh_token ?? refresh;
  expired.value = false;
}
