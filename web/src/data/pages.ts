import { useSignal } from "@preact/signals";
import type { QueryKey, QueryObserverResult } from "@tanstack/query-core";
import type { Failure } from "../api/failure";
import { useRead } from "./query";

interface PageOf<T> {
  items: T[];
  cursor: string | null;
}

/** A list that is read by pages. */
interface Paged<P> {
  key: QueryKey;
  read: () => Promise<P>;
  /** Reads the page that a cursor stands for. */
  next: (cursor: string) => Promise<P>;
  every?: number;
}

export interface Pages<T, P> {
  /** The first page, which is read again and again. */
  first: QueryObserverResult<P, Failure>;
  /** All that is known, each once. */
  items: T[];
  /** Asks for another page; undefined at the end. */
  more: (() => Promise<void>) | undefined;
  loading: boolean;
  failure: Failure | null;
}

/** What was asked for beyond the first pages. It stays while the app is open, so that the way back finds its place. */
const known = new Map<string, PageOf<{ id: string }>>();

/** Reads a list by pages. What is new comes to its head while the pages that were asked for stay where they are. */
export function usePages<T extends { id: string }, P extends PageOf<T>>(list: Paged<P>): Pages<T, P> {
  const first = useRead<P>(list);
  const place = JSON.stringify(list.key);
  const loading = useSignal(false);
  const failure = useSignal<Failure | null>(null);
  const beyond = known.get(place) as PageOf<T> | undefined;
  const head = first.data?.items ?? [];
  const ids = new Set(head.map((it) => it.id));
  const items = beyond ? [...head, ...beyond.items.filter((it) => !ids.has(it.id))] : head;
  const cursor = beyond ? beyond.cursor : (first.data?.cursor ?? null);
  async function more() {
    if (loading.value) return;
    loading.value = true;
    failure.value = null;
    try {
      const page = await list.next(cursor!);
      known.set(place, { items: [...items, ...page.items], cursor: page.cursor });
    } catch (error) {
      failure.value = error as Failure;
    }
    loading.value = false;
  }
  return { first, items, more: cursor ? more : undefined, loading: loading.value, failure: failure.value };
}
