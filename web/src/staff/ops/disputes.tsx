import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { useLocation } from "preact-iso";
import type { CountedDispute, CountedDisputePage } from "../../api/schema";
import { usePages } from "../../data/pages";
import { keep, kept } from "../../data/store";
import { Icon } from "../../parts/icon";
import { decimal, Money } from "../../parts/money";
import { link, Page, Shown } from "../../parts/page";
import { Empty } from "../../parts/states";
import { type Key, label, t } from "../../words";
import { type Column, Table } from "../table";
import { saveFound, whole } from "./csv";
import { Asked, Days, daysAgo, Filter, listed, number, Pick, PickReason, Save, Typed, Ways } from "./parts";
import * as reads from "./reads";
import { o } from "./words";

const FILTERS = [
  "q",
  "from",
  "to",
  "on",
  "state",
  "reason",
  "outcome",
  "stage",
  "country",
  "currency",
  "seller_id",
  "buyer_id",
  "metric",
];
/** What is asked for in the part of the form that is folded away. */
const FURTHER = ["state", "reason", "outcome", "stage", "country", "currency", "seller_id", "buyer_id"];
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
const HEAD = [
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

/** O2: all disputes, by the filter that a number or a person has set. */
export function Disputes() {
  const { query } = useLocation();
  const filter = Object.fromEntries(FILTERS.filter((it) => query[it]).map((it) => [it, query[it]!]));
  const asked: Record<string, string> = { from: daysAgo(27), to: daysAgo(0), ...filter };
  const pages = usePages<CountedDispute, CountedDisputePage>(reads.disputes({ ...asked, limit: 100 }));
  const rows = pages.items;
  const hidden = useSignal<string[]>([]);
  // Kept with all else that is the person's: it is gone after signing out.
  const saved = useSignal<View[]>([]);
  useEffect(() => {
    void kept<View[]>(VIEWS).then((it) => {
      saved.value = it ?? [];
    });
  }, []);
  const keepAll = async (all: View[]) => {
    await keep(VIEWS, all);
    saved.value = all;
  };
  async function download() {
    const found = await whole<CountedDispute>((cursor) => reads.disputesFrom({ ...asked, limit: 100 }, cursor));
    saveFound(`disputes-${asked.from}-${asked.to}.csv`, found, [...HEAD, "refund"], (it) => [
      ...HEAD.map((name) => it[name]),
      decimal(it.refund.minor, it.refund.exponent),
    ]);
    return found;
  }
  return (
    <Page title={o("nav.all")} narrow={false}>
      <Ways />
      <Filter place="disputes" kept={{ metric: filter.metric }}>
        <Asked name={o("find")}>
          <input type="search" name="q" defaultValue={filter.q ?? ""} maxLength={128} />
        </Asked>
        <Days from={asked.from!} to={asked.to!} />
        <Pick name="on" title={o("on")} value={filter.on} all={o("on.opened")} of={[["ended", o("on.ended")]]} />
        <button type="submit" class="button primary small">
          {o("show")}
        </button>
        <details class="further" open={FURTHER.some((it) => filter[it])}>
          <summary>{o("further")}</summary>
          <div class="filters">
            <Pick
              name="state"
              title={o("col.state")}
              value={filter.state}
              of={(["open", "ended"] as const).map((it) => [it, o(`state.${it}`)])}
            />
            <PickReason value={filter.reason} />
            <Pick
              name="outcome"
              title={o("By.outcome")}
              value={filter.outcome}
              of={OUTCOMES.map((it) => [it, label("Outcome", it)])}
            />
            <Pick
              name="stage"
              title={o("chart.stage")}
              value={filter.stage}
              of={STAGES.map((it) => [it, label("Stage", it)])}
            />
            <Typed name="seller_id" title={t("role.seller")} value={filter.seller_id} maxLength={128} />
            <Typed name="buyer_id" title={t("role.buyer")} value={filter.buyer_id} maxLength={128} />
            <Typed name="country" title={o("By.country")} value={filter.country} pattern="[A-Z]{2}" example="PT" />
            <Typed name="currency" title={o("By.currency")} value={filter.currency} pattern="[A-Z]{3}" example="EUR" />
          </div>
        </details>
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
              onClick={() => void keepAll(saved.value.filter((one) => one !== it))}
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
            void keepAll([
              ...saved.value.filter((it) => it.name !== name),
              { name, query: filter as Record<string, string> },
            ]);
            event.currentTarget.reset();
          }}
        >
          <input
            type="text"
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
        <p class="tools">
          <span>{o("metric", { metric: filter.metric.replaceAll("_", " ").replace(":", ": ") })}</span>
          <a class="button small" href={listed("disputes", { ...filter, metric: undefined })}>
            {o("metric.drop")}
          </a>
        </p>
      )}
      <Shown read={pages.first} rows={6}>
        {() =>
          rows.length === 0 ? (
            <Empty icon="search" title={o("disputes.none")} />
          ) : (
            <>
              <p class="soft small" role="status">
                {o("rows", { count: number(rows.length) + (pages.more ? "+" : "") })}
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
