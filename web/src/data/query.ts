import {
  onlineManager,
  QueryClient,
  type QueryKey,
  QueryObserver,
  type QueryObserverResult,
} from "@tanstack/query-core";
import { useEffect, useMemo, useState } from "preact/hooks";
import { Failure } from "../api/failure";
import { keep, keptUnder } from "./store";

/** How often a page reads again what may wait for the person (ms): a page that is left alone asks little. */
export const OFTEN = 30_000;
/** How often it reads again what it is told of otherwise, or what is of less weight. */
export const SELDOM = 120_000;
const A_DAY = 24 * 3600_000;

export const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 4_000,
      gcTime: A_DAY,
      networkMode: "offlineFirst",
      retry: (count, error) => count < 3 && error instanceof Failure && error.status !== 429 && error.again,
      retryDelay: (count) => Math.min(1000 * 2 ** count, 8000),
      refetchOnReconnect: true,
    },
  },
});

type Read<T> = { key: QueryKey; read: () => Promise<T>; every?: number; enabled?: boolean };

/** Reads something of the server's and draws the component again when it changes. What is kept from before shows at once. */
export function useRead<T>({ key, read, every, enabled = true }: Read<T>): QueryObserverResult<T, Failure> {
  const [, draw] = useState(0);
  const options = { queryKey: key, queryFn: read, enabled, refetchInterval: every ?? (false as const) };
  const observer = useMemo(() => new QueryObserver<T, Failure>(queries, options), [JSON.stringify(key)]);
  observer.setOptions(queries.defaultQueryOptions(options) as never);
  useEffect(() => observer.subscribe(() => draw((it) => it + 1)), [observer]);
  return observer.getOptimisticResult(queries.defaultQueryOptions(options) as never);
}

/** Reads again all whose key begins with `key`. */
export const readAgain = (key: QueryKey) => queries.invalidateQueries({ queryKey: key });

interface KeptRead {
  key: QueryKey;
  data: unknown;
  at: number;
}

/** Shows what this person read within the last day, until the server answers. */
export async function restore(person: string): Promise<void> {
  for (const [, { key, data, at }] of await keptUnder<KeptRead>(`read:${person}:`)) {
    if (Date.now() - at < A_DAY) queries.setQueryData(key, data, { updatedAt: at });
  }
  // What is kept is shown, and asked for anew however young it is: the page was opened to see what has changed.
  await queries.invalidateQueries({ refetchType: "none" });
}

/** Keeps what this person reads, so that it shows again without a line. */
export function keepReads(person: string): void {
  queries.getQueryCache().subscribe((event) => {
    if (event.type !== "updated" || event.action.type !== "success") return;
    const { queryKey: key, queryHash, state } = event.query;
    void keep(`read:${person}:${queryHash}`, { key, data: state.data, at: state.dataUpdatedAt } satisfies KeptRead);
  });
}

export const online = () => onlineManager.isOnline();
