/** The list of cases that a mediator comes from, so that a case leads to the next one of it. */
const KEY = "case-list";

interface Kept {
  ids: string[];
  back: string;
}

export function keepList(ids: string[], back: string): void {
  if (ids.length > 0) sessionStorage.setItem(KEY, JSON.stringify({ ids, back } satisfies Kept));
}

function kept(): Kept | null {
  return JSON.parse(sessionStorage.getItem(KEY) ?? "null");
}

/** Returns the case so many places on in the list, if there is one. */
export function neighbour(id: string, by: number): string | undefined {
  const ids = kept()?.ids ?? [];
  const at = ids.indexOf(id);
  return at < 0 ? ids.find((it) => it !== id) : ids[at + by];
}

/** Returns the page of the list that the mediator comes from. */
export const listPage = (): string => kept()?.back ?? `${import.meta.env.BASE_URL}mediation`;
