import { useEffect, useState } from "preact/hooks";
import { who } from "../session";
import { drop, keep, kept } from "./store";

/** What a person has typed, chosen and photographed, and not sent yet. Photos are kept as they are (blobs). */
const place = (scope: string) => `draft:${who.value!.id}:${scope}`;

export const dropDraft = (scope: string) => drop(place(scope));
export const draftOf = <T>(scope: string) => kept<T>(place(scope));
export const keepDraft = (scope: string, value: unknown) => keep(place(scope), value);

/** Returns a draft, null until it has been read, and a function that changes and keeps it. */
export function useDraft<T extends object>(scope: string, empty: T): [T | null, (change: Partial<T>) => Promise<void>] {
  const [draft, show] = useState<T | null>(null);
  useEffect(() => {
    show(null);
    void draftOf<T>(scope).then((found) => show({ ...empty, ...found }));
  }, [scope]);
  const change = async (part: Partial<T>) => {
    let next = empty;
    show((before) => {
      next = { ...(before ?? empty), ...part };
      return next;
    });
    // Two changes at once do not undo each other.
    await navigator.locks.request(`draft:${scope}`, async () => {
      const before = (await draftOf<T>(scope)) ?? empty;
      await keepDraft(scope, { ...before, ...part });
    });
  };
  return [draft, change];
}
