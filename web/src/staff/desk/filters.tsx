import { useLocation } from "preact-iso";
import type { QueueTotals } from "../../api/schema";
import { REASONS } from "../../dispute/view";
import { Search } from "../../parts/search";
import { label } from "../../words";
import { d } from "./words";

const TABS = ["mine", "unassigned", "others", "appeals", "all"] as const;
const SORTS = ["deadline", "age", "amount"] as const;
const ENTERED = ["party", "time", "delivery_objection", "return_problem", "appeal"];
const NAMES = [
  "tab",
  "sort",
  "q",
  "reason",
  "entered_by",
  "currency",
  "mediator_id",
  "due_before",
  "idle_since",
  "state",
];

/** Returns what is asked of the queue by a page's address; its own cases by deadline where it says nothing. */
export function filtersOf(query: Record<string, string>): Record<string, string> {
  const given = Object.fromEntries(NAMES.flatMap((it) => (query[it] ? [[it, query[it]!]] : [])));
  return { tab: "mine", sort: "deadline", ...given };
}

function address(query: Record<string, string>, change: Record<string, string>): string {
  const next = Object.fromEntries(Object.entries({ ...query, ...change }).filter(([, value]) => value));
  return `${import.meta.env.BASE_URL}mediation?${new URLSearchParams(next)}`;
}

/** The parts of the queue, each with how many cases it has. */
export function Tabs({ at, totals }: { at: Record<string, string>; totals?: QueueTotals }) {
  const tab = at.tab ?? "mine";
  return (
    <nav class="tabs" aria-label={d("tab.cases")}>
      {TABS.map((it) => (
        <a key={it} href={address(at, { tab: it })} aria-current={it === tab ? "page" : undefined}>
          {d(`tab.cases.${it}`)} <span>{totals?.[it]}</span>
        </a>
      ))}
    </nav>
  );
}

/** What the queue is searched, sorted and narrowed by. Each is part of the page's address. */
export function Filters({ at }: { at: Record<string, string> }) {
  const { route } = useLocation();
  const set = (change: Record<string, string>) => route(address(at, change), true);
  const select = (name: string, words: string, values: readonly string[], kind: string, any?: string) => (
    <label class="filter">
      <span class="soft small">{words}</span>
      <select value={at[name] ?? (any ? "" : "deadline")} onChange={(it) => set({ [name]: it.currentTarget.value })}>
        {any && <option value="">{any}</option>}
        {values.map((it) => (
          <option key={it} value={it}>
            {kind === "sort" ? d(`sort.${it}` as never) : label(kind, it)}
          </option>
        ))}
      </select>
    </label>
  );
  const narrowed = ["mediator_id", "due_before", "idle_since", "currency"].filter((it) => at[it]);
  return (
    <div class="filters">
      <Search value={at.q ?? ""} hint={d("queue.find")} onSearch={(q) => set({ q })} />
      {select("sort", d("sort"), SORTS, "sort")}
      {select("reason", d("filter.reason"), REASONS, "Reason", d("filter.any"))}
      {select("entered_by", d("filter.entered"), ENTERED, "EnteredBy", d("filter.any"))}
      {narrowed.length > 0 && (
        <a class="button small" href={address(at, Object.fromEntries(narrowed.map((it) => [it, ""])))}>
          {d("filter.clear")}
        </a>
      )}
    </div>
  );
}
