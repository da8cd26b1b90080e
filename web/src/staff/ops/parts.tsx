import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { useLocation } from "preact-iso";
import { Failure } from "../../api/failure";
import { now } from "../../data/clock";
import { REASONS } from "../../dispute/view";
import { Icon } from "../../parts/icon";
import { link } from "../../parts/page";
import { type Key, language, t } from "../../words";
import { d } from "../desk/words";
import { useKeys } from "../keys";
import { walk } from "../table";
import type { Found } from "./csv";
import { o } from "./words";

const PLACES = ["health", "disputes", "sellers", "money", "plumbing", "audit"] as const;

const NAMES: Record<string, "nav.all" | "nav.people"> = { disputes: "nav.all", sellers: "nav.people" };

/** The way between the operators' pages, and their keys. */
export function Ways() {
  const { path, route } = useLocation();
  useKeys(o("nav.ops"), [
    { keys: "j", words: d("keys.next"), run: () => walk(1) },
    { keys: "k", words: d("keys.before"), run: () => walk(-1) },
    { keys: "g s", words: o("nav.sellers"), run: () => route(link("/ops/sellers")) },
    { keys: "g a", words: o("nav.audit"), run: () => route(link("/ops/audit")) },
  ]);
  return (
    <nav class="ways" aria-label={o("nav.ops")}>
      {PLACES.map((it) => (
        <a key={it} href={link(`/ops/${it}`)} aria-current={path === link(`/ops/${it}`) ? "page" : undefined}>
          {o(NAMES[it] ?? (`nav.${it}` as "nav.health"))}
        </a>
      ))}
    </nav>
  );
}

/** Returns an address of a list with a filter. */
export function listed(place: string, query: Record<string, string | number | undefined | null>): string {
  const given = Object.entries(query).filter(([, it]) => it !== undefined && it !== null && it !== "");
  const written = new URLSearchParams(given.map(([name, it]) => [name, String(it)])).toString();
  return link(`/ops/${place}${written ? `?${written}` : ""}`);
}

/**
 * The filter of a list. Shown, it is the list's address; `kept` is what the form does not ask for. Its fields have default
 * values: a list that is read again meanwhile takes nothing away that somebody has typed. Another address shows its own.
 */
export function Filter({
  place,
  kept,
  children,
}: {
  place: string;
  kept?: Record<string, string | undefined>;
  children: ComponentChildren;
}) {
  const { route, query } = useLocation();
  const form = useRef<HTMLFormElement>(null);
  // At once, not after the next frame: who is quick has chosen something by then.
  useLayoutEffect(() => {
    const it = form.current!;
    it.reset();
    for (const one of it.querySelectorAll("select")) one.value = (query as Record<string, string>)[one.name] ?? "";
  }, [JSON.stringify(query)]);
  return (
    <form
      ref={form}
      class="filters"
      onSubmit={(event) => {
        event.preventDefault();
        const given = [...new FormData(event.currentTarget)].map(([name, it]) => [name, String(it)]);
        route(listed(place, { ...kept, ...Object.fromEntries(given) }));
      }}
    >
      {children}
    </form>
  );
}

/** A field of a filter, with its name above it. */
export function Asked({ name, children }: { name: string; children: ComponentChildren }) {
  return (
    // biome-ignore lint/a11y/noLabelWithoutControl: the control is the child
    <label class="filter">
      <span class="soft small">{name}</span>
      {children}
    </label>
  );
}

interface TypedProps {
  name: string;
  title: string;
  value?: string;
  /** What may be typed. An example is shown in the empty field. */
  pattern?: string;
  example?: string;
  maxLength?: number;
}

/** A text within a filter. */
export function Typed({ name, title, value, pattern, example, maxLength }: TypedProps) {
  return (
    <Asked name={title}>
      <input
        type="text"
        name={name}
        defaultValue={value ?? ""}
        maxLength={maxLength}
        pattern={pattern}
        title={example}
        placeholder={example}
      />
    </Asked>
  );
}

/** The choice of a reason within a filter. */
export function PickReason({ value }: { value?: string }) {
  return (
    <Pick
      name="reason"
      title={o("By.reason")}
      value={value}
      of={REASONS.map((it) => [it, t(`reason.title.${it}` as Key)])}
    />
  );
}

interface PickProps {
  name: string;
  title: string;
  value?: string;
  /** The words for no choice. */
  all?: string;
  of: string[][];
}

/** A choice within a filter. */
export function Pick({ name, title, value, all, of }: PickProps) {
  return (
    <Asked name={title}>
      <select name={name}>
        <option value="">{all ?? o("any")}</option>
        {of.map(([it, words]) => (
          <option key={it} value={it} selected={it === value}>
            {words}
          </option>
        ))}
      </select>
    </Asked>
  );
}

/** The first and the last day of a range, both in UTC. */
export function Days({ from, to }: { from: string; to: string }) {
  return (
    <>
      <Asked name={o("from")}>
        <input type="date" name="from" defaultValue={from} required />
      </Asked>
      <Asked name={o("to")}>
        <input type="date" name="to" defaultValue={to} required />
      </Asked>
    </>
  );
}

/** Saves a list as a file, once at a time, and says how many rows it holds, whether it is cut short, or why there is none. */
export function Save({ write }: { write: () => Promise<Found<unknown>> }) {
  const saving = useSignal(false);
  const told = useSignal("");
  async function press() {
    if (saving.value) return;
    saving.value = true;
    told.value = "";
    try {
      const { rows, whole } = await write();
      told.value = o(whole ? "csv.saved" : "csv.cut", { count: number(rows.length) });
    } catch (error) {
      told.value = error instanceof Failure ? (error.problem.detail ?? t("problem.unknown")) : String(error);
    } finally {
      saving.value = false;
    }
  }
  return (
    <>
      <button type="button" class="button small" onClick={() => void press()} aria-disabled={saving.value}>
        <Icon name="save" /> {saving.value ? t("sending") : o("csv")}
      </button>
      <span role="status" class="soft small">
        {told.value}
      </span>
    </>
  );
}

/** A number with its name. It leads to its list. */
export function Tile({
  name,
  href,
  children,
  note,
  bad = false,
}: {
  name: string;
  href?: string;
  /** True where somebody has to look: said by an icon and a colour. */
  bad?: boolean;
  children: ComponentChildren;
  note?: ComponentChildren;
}) {
  const inside = (
    <>
      <span class="soft">
        {bad && <Icon name="alert" />} {name}
      </span>
      <b class={bad ? "figure wrong" : "figure"}>{children}</b>
      {note && <span class="soft small">{note}</span>}
    </>
  );
  return href ? (
    <a class="card tile press" href={href}>
      {inside}
    </a>
  ) : (
    <div class="card tile">{inside}</div>
  );
}

/** Returns the day (UTC) so many days before today. */
export const daysAgo = (days: number) => new Date(now() - days * 86_400_000).toISOString().slice(0, 10);
/** Writes a day in UTC, such as `2026-11-27`, in short. */
export const utcDay = (it: string) =>
  new Intl.DateTimeFormat(language.value, { day: "numeric", month: "short", timeZone: "UTC" }).format(Date.parse(it));
export const number = (it: number) => new Intl.NumberFormat(language.value).format(it);
export const percent = (share: number) =>
  new Intl.NumberFormat(language.value, { style: "percent", maximumFractionDigits: 1 }).format(share);

/** Says how long something took or waits, in the largest unit that tells enough. */
export function lasted(seconds: number | null | undefined): string {
  if (seconds === null || seconds === undefined) return "—";
  const [unit, size] = seconds >= 172_800 ? ["day", 86_400] : seconds >= 7200 ? ["hour", 3600] : ["minute", 60];
  const value = Math.round((seconds / (size as number)) * 10) / 10;
  return new Intl.NumberFormat(language.value, {
    style: "unit",
    unit: unit as string,
    unitDisplay: "short",
    maximumFractionDigits: 1,
  }).format(value);
}

/** Says how many there are, where no more than a part may have been counted. */
export const some = (it: { count: number; more: boolean }) => `${number(it.count)}${it.more ? "+" : ""}`;
