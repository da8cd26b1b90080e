import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useLocation } from "preact-iso";
import { Icon } from "../../parts/icon";
import { link } from "../../parts/page";
import { language, t } from "../../words";
import { d } from "../desk/words";
import { useKeys } from "../keys";
import { walk } from "../table";
import { o } from "./words";

const PLACES = ["health", "disputes", "sellers", "money", "plumbing", "audit"] as const;

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
          {o(it === "disputes" ? "nav.all" : `nav.${it}`)}
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

/** The filter of a list. Shown, it is the list's address; `kept` is what the form does not ask for. */
export function Filter({
  place,
  kept,
  children,
}: {
  place: string;
  kept?: Record<string, string | undefined>;
  children: ComponentChildren;
}) {
  const { route } = useLocation();
  return (
    <form
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

/** Saves a list as a file, once at a time. */
export function Save({ write }: { write: () => Promise<void> }) {
  const saving = useSignal(false);
  async function press() {
    if (saving.value) return;
    saving.value = true;
    try {
      await write();
    } finally {
      saving.value = false;
    }
  }
  return (
    <button type="button" class="button small" onClick={() => void press()} aria-disabled={saving.value}>
      <Icon name="save" /> {saving.value ? t("sending") : o("csv")}
    </button>
  );
}

/** A number with its name. It leads to its list. */
export function Tile({
  name,
  href,
  children,
  note,
}: {
  name: string;
  href?: string;
  children: ComponentChildren;
  note?: ComponentChildren;
}) {
  const inside = (
    <>
      <span class="soft">{name}</span>
      <b class="figure">{children}</b>
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
