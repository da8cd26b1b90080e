import { useSignal } from "@preact/signals";
import { useLocation } from "preact-iso";
import type { CountedDispute, CountedDisputePage } from "../../api/schema";
import { usePages } from "../../data/pages";
import { Icon } from "../../parts/icon";
import { decimal, Money } from "../../parts/money";
import { link, Page, Shown } from "../../parts/page";
import { Empty } from "../../parts/states";
import { type Key, label, t } from "../../words";
import { type Column, Table } from "../table";
import { csv, save, whole } from "./csv";
import { Filter, listed, number, Save, Ways } from "./parts";
import * as reads from "./reads";
import { o } from "./words";

const FILTERS = [
  "from",
  "to",
  "on",
  "reason",
  "outcome",
  "stage",
  "country",
  "currency",
  "seller_id",
  "buyer_id",
  "metric",
];
const REASONS = ["not_received", "not_as_described", "counterfeit", "no_longer_wanted", "unauthorised_charge"];
const OUTCOMES = ["resolved_buyer_favour", "resolved_seller_favour", "resolved_with_agreement", "withdrawn", "expired"];
const STAGES = [
  "opened",
  "negotiating",
  "under_review",
  "awaiting_return",
  "return_in_transit",
  "awaiting_replacement",
  "decided",
];
const VIEWS = "ops-views";
const DAY = 86_400_000;
const iso = (at: number) => new Date(at).toISOString().slice(0, 10);

const COLUMNS = (): Column<CountedDispute>[] => [
  { name: "id", title: o("col.dispute"), cell: (it) => it.id },
  { name: "reason", title: o("By.reason"), cell: (it) => t(`reason.title.${it.reason}` as Key) },
  { name: "opened", title: o("col.opened"), cell: (it) => it.opened_on },
  {
    name: "state",
    title: o("col.state"),
    cell: (it) => (it.stage ? label("Stage", it.stage) : it.outcome ? label("Outcome", it.outcome) : "—"),
  },
  { name: "ended", title: o("col.ended"), cell: (it) => it.ended_on ?? "—" },
  { name: "seller", title: t("role.seller"), cell: (it) => it.seller_id },
  { name: "buyer", title: t("role.buyer"), cell: (it) => it.buyer_id },
  { name: "country", title: o("By.country"), cell: (it) => it.country },
  {
    name: "refund",
    title: o("col.refund"),
    number: true,
    cell: (it) => (it.refund.minor ? <Money of={it.refund} /> : "—"),
  },
];

type View = { name: string; query: Record<string, string> };
const views = (): View[] => JSON.parse(localStorage.getItem(VIEWS) ?? "[]");

/** O2: all disputes, by the filter that a number or a person has set. */
export function Disputes() {
  const { query } = useLocation();
  const filter = Object.fromEntries(FILTERS.filter((it) => query[it]).map((it) => [it, query[it]!]));
  const asked: Record<string, string> = { from: iso(Date.now() - 27 * DAY), to: iso(Date.now()), ...filter };
  const pages = usePages<CountedDispute, CountedDisputePage>(reads.disputes({ ...asked, limit: 100 }));
  const open = query.state === "open";
  const rows = open ? pages.items.filter((it) => it.stage) : pages.items;
  const hidden = useSignal<string[]>([]);
  const saved = useSignal(views());
  const keep = (all: View[]) => {
    localStorage.setItem(VIEWS, JSON.stringify(all));
    saved.value = all;
  };
  async function download() {
    const found = await whole<CountedDispute>((cursor) => reads.disputesFrom({ ...asked, limit: 100 }, cursor));
    const all = found.filter((it) => !open || it.stage);
    const head = [
      "id",
      "opened_on",
      "ended_on",
      "reason",
      "stage",
      "outcome",
      "buyer_id",
      "seller_id",
      "country",
      "currency",
    ] as const;
    save(
      `disputes-${asked.from}-${asked.to}.csv`,
      csv([
        [...head, "refund"],
        ...all.map((it) => [...head.map((name) => it[name]), decimal(it.refund.minor, it.refund.exponent)]),
      ]),
    );
  }
  return (
    <Page title={o("nav.all")} narrow={false}>
      <Ways />
      <Filter place="disputes" kept={{ metric: filter.metric }}>
        <input type="date" name="from" aria-label={o("from")} value={asked.from} required />
        <input type="date" name="to" aria-label={o("to")} value={asked.to} required />
        <Pick name="on" value={filter.on} all={o("on.opened")} of={[["ended", o("on.ended")]]} />
        <Pick
          name="reason"
          value={filter.reason}
          all={o("By.reason")}
          of={REASONS.map((it) => [it, t(`reason.title.${it}` as Key)])}
        />
        <Pick
          name="outcome"
          value={filter.outcome}
          all={o("By.outcome")}
          of={OUTCOMES.map((it) => [it, label("Outcome", it)])}
        />
        <Pick
          name="stage"
          value={filter.stage}
          all={o("chart.stage")}
          of={STAGES.map((it) => [it, label("Stage", it)])}
        />
        <input
          name="seller_id"
          placeholder={t("role.seller")}
          aria-label={t("role.seller")}
          value={filter.seller_id ?? ""}
          maxLength={128}
        />
        <input
          name="buyer_id"
          placeholder={t("role.buyer")}
          aria-label={t("role.buyer")}
          value={filter.buyer_id ?? ""}
          maxLength={128}
        />
        <input
          name="country"
          placeholder={o("By.country")}
          aria-label={o("By.country")}
          value={filter.country ?? ""}
          pattern="[A-Z]{2}"
          size={8}
        />
        <button type="submit" class="button primary small">
          {o("show")}
        </button>
      </Filter>
      <div class="tools">
        {saved.value.map((it) => (
          <span key={it.name} class="view">
            <a class="button small" href={listed("disputes", it.query)}>
              {it.name}
            </a>
            <button
              type="button"
              class="icon-button"
              aria-label={o("view.drop", { name: it.name })}
              onClick={() => keep(saved.value.filter((one) => one !== it))}
            >
              <Icon name="close" />
            </button>
          </span>
        ))}
        <form
          class="view"
          onSubmit={(event) => {
            event.preventDefault();
            const name = String(new FormData(event.currentTarget).get("name"));
            keep([...saved.value.filter((it) => it.name !== name), { name, query: filter as Record<string, string> }]);
            event.currentTarget.reset();
          }}
        >
          <input
            name="name"
            aria-label={o("view.name")}
            placeholder={o("view.name")}
            required
            maxLength={40}
            size={12}
          />
          <button type="submit" class="button small">
            {o("view.keep")}
          </button>
        </form>
        <details class="columns">
          <summary>{o("columns")}</summary>
          {COLUMNS()
            .slice(1)
            .map((it) => (
              <label key={it.name} class="tick">
                <input
                  type="checkbox"
                  checked={!hidden.value.includes(it.name)}
                  onChange={() => {
                    hidden.value = hidden.value.includes(it.name)
                      ? hidden.value.filter((one) => one !== it.name)
                      : [...hidden.value, it.name];
                  }}
                />
                {it.title}
              </label>
            ))}
        </details>
        <Save write={download} />
      </div>
      {filter.metric && (
        <p class="soft">{o("metric", { metric: filter.metric.replaceAll("_", " ").replace(":", ": ") })}</p>
      )}
      <Shown read={pages.first} rows={6}>
        {() =>
          rows.length === 0 ? (
            <Empty icon="search" title={o("disputes.none")} />
          ) : (
            <>
              <p class="soft small" role="status">
                {o("rows", { count: number(rows.length) })}
                {pages.more ? "+" : ""}
              </p>
              <Table
                label={o("nav.all")}
                columns={COLUMNS().filter((it) => !hidden.value.includes(it.name))}
                rows={rows}
                keyOf={(it) => it.id}
                href={(it) => link(`/disputes/${it.id}`)}
              />
              {pages.more && (
                <button type="button" class="button" onClick={() => void pages.more!()}>
                  {t("more")}
                </button>
              )}
            </>
          )
        }
      </Shown>
    </Page>
  );
}

function Pick({ name, value, all, of }: { name: string; value?: string; all: string; of: string[][] }) {
  return (
    <select name={name} aria-label={all} value={value ?? ""}>
      <option value="">{all}</option>
      {of.map(([it, words]) => (
        <option key={it} value={it} selected={it === value}>
          {words}
        </option>
      ))}
    </select>
  );
}
