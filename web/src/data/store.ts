import { clear, createStore, del, entries, get, set, type UseStore } from "idb-keyval";

/** The app's one database in this browser. Everything in it belongs to the person who is signed in. */
let store: UseStore | undefined;
const open = () => {
  store ??= createStore("buyer-protection", "kept");
  return store;
};

/** Set once a person has signed out: what is still on its way is not kept any more. */
let closed = false;

export const keep = async (key: string, value: unknown) => {
  if (!closed) await set(key, value, open());
};
export const kept = <T>(key: string) => get<T>(key, open());
export const drop = (key: string) => del(key, open());

/** Lists what is kept under keys that begin with `prefix`. */
export async function keptUnder<T>(prefix: string): Promise<[string, T][]> {
  const all = await entries<string, T>(open());
  return all.filter(([key]) => key.startsWith(prefix));
}

/** Forgets everything: nothing of a person stays in a browser after signing out. */
export const forget = () => clear(open());

/** Forgets everything, and keeps nothing more until the page is loaded anew. */
export async function forgetForGood(): Promise<void> {
  closed = true;
  await forget();
}
