import * as reads from "../api/reads";
import type { PolicyLimits } from "../api/schema";
import { useRead } from "./query";

const MEGABYTE = 1_048_576;

/** Returns the limits that the server has, those of `version` or else the newest; undefined until they are known. */
export function useLimits(version?: string): PolicyLimits | undefined {
  const items = useRead(reads.policies()).data?.items;
  return items?.find((it) => it.version === version) ?? items?.at(-1);
}

/** How many megabytes a file of a kind may have; unlimited until that is known, as the server has the last word. */
export function megabytes(limits: PolicyLimits | undefined, kind: string): number {
  const file = limits?.files.find((it) => it.content_type === kind);
  return file ? Math.floor(file.bytes_at_most / MEGABYTE) : Number.POSITIVE_INFINITY;
}
