import { useLocation } from "preact-iso";
import type { DisputeStatistics, Operations } from "../../api/schema";
import { useRead } from "../../data/query";
import { moment } from "../../parts/due";
import { Money } from "../../parts/money";
import { Page, Shown } from "../../parts/page";
import { Empty } from "../../parts/states";
import { type Key, label, t } from "../../words";
import { Chart } from "./chart";
import {
  Days,
  daysAgo,
  Filter,
  lasted,
  listed,
  number,
  PickReason,
  percent,
  some,
  Tile,
  Typed,
  utcDay,
  Ways,
} from "./parts";
import * as reads from "./reads";
import { o } from "./words";

const RANGES = [7, 28, 90];
const DAY = 86_400_000;
/** The days between which an open dispute of an age was opened, counted back from today. */
const AGES = {
  up_to_3_days: [3, 0],
  up_to_7_days: [7, 4],
  up_to_14_days: [14, 8],
  up_to_30_days: [30, 15],
  older: [399, 31],
} as const;
type Query = Record<string, string | undefined>;
/** The addresses of the disputes behind the numbers of this page. */
type Behind = (more?: Query) => string;

type Counts = NonNullable<DisputeStatistics["total"]>;

const sum = (of: Record<string, number>) => Object.values(of).reduce((all, it) => all + it, 0);
const kept = (it: Counts) => {
  const all = sum(it.kept) + sum(it.missed);
  return all ? sum(it.kept) / all : null;
};

/** Says how a number differs from that of as many days before, in words and not by colour alone. */
function change(now: number, before: number): string {
  const by = now - before;
  const count = number(Math.abs(by));
  return by === 0
    ? o("health.same")
    : by > 0
      ? `▲ ${o("health.more", { count })}`
      : `▼ ${o("health.fewer", { count })}`;
}

/** O1: how disputes go, with what led to each number. */
export function Health() {
  const query = useLocation().query as Query;
  const range = RANGES.includes(Number(query.days)) ? Number(query.days) : 28;
  const given =
    query.from && query.to ? { from: query.from, to: query.to } : { from: daysAgo(range - 1), to: daysAgo(0) };
  const only = Object.fromEntries(
    ["reason", "country", "seller"].filter((it) => query[it]).map((it) => [it, query[it]]),
  );
  const narrowed = Object.keys(only).length > 0;
  const days = useRead({ ...reads.stats({ ...given, ...only, by: "day" }), every: 60_000 });
  const reasons = useRead({ ...reads.stats({ ...given, by: "reason" }), every: 60_000, enabled: !narrowed });
  const all = useRead({ ...reads.operations(), every: 60_000 });
  const behind: Behind = (more) =>
    listed("disputes", { ...given, reason: only.reason, country: only.country, seller_id: only.seller, ...more });
  return (
    <Page title={o("nav.health")} narrow={false}>
      <Ways />
      <Range from={given.from} to={given.to} only={only} />
      <Shown read={days} rows={6}>
        {(it) => (
          <>
            <p class="soft small">
              {o("health.zone", { from: utcDay(it.from), to: utcDay(it.to) })} ·{" "}
              {o("health.as-of", { at: moment(it.as_of) })}
            </p>
            <div class="tiles">
              <Tiles of={it} behind={behind} />
              {all.data && <Waiting of={all.data} />}
            </div>
            {it.total!.opened + it.total!.resolved === 0 ? (
              <Empty icon="info" title={o("health.none")} />
            ) : (
              <div class="charts">
                <ByDay of={it} behind={behind} />
                <Outcomes of={it} behind={behind} />
                {reasons.data && !narrowed && <Reasons of={reasons.data} behind={behind} />}
                {it.open && <Open of={it} />}
              </div>
            )}
          </>
        )}
      </Shown>
    </Page>
  );
}

function Range({ from, to, only }: { from: string; to: string; only: Query }) {
  const { query } = useLocation();
  return (
    <>
      <p class="tabs">
        {RANGES.map((it) => (
          <a
            key={it}
            href={listed("health", { ...only, days: it })}
            aria-current={!query.from && Number(query.days ?? 28) === it ? "true" : undefined}
          >
            {o("health.days", { count: it })}
          </a>
        ))}
      </p>
      <Filter place="health">
        <Days from={from} to={to} />
        <details class="further" open={Object.keys(only).length > 0}>
          <summary>{o("further")}</summary>
          <p class="soft small">{o("health.only")}</p>
          <div class="filters">
            <PickReason value={only.reason} />
            <Typed name="country" title={o("By.country")} value={only.country} pattern="[A-Z]{2}" example="PT" />
            <Typed name="seller" title={t("role.seller")} value={only.seller} maxLength={128} />
          </div>
        </details>
        <button type="submit" class="button small">
          {o("show")}
        </button>
      </Filter>
    </>
  );
}

/** What of the deployment's own somebody has to look at. Each leads to its list. */
function Waiting({ of }: { of: Operations }) {
  const { failed, overdue } = of.payments;
  return (
    <>
      <Tile
        name={o("stat.failed")}
        href={listed("money", { list: "failed" })}
        bad={failed.count > 0}
        note={o("stat.overdue", { count: some(overdue) })}
      >
        {some(failed)}
      </Tile>
      <Tile
        name={o("plumbing.undelivered")}
        href={`${listed("plumbing", {})}#undelivered`}
        bad={of.undelivered.count > 0}
      >
        {some(of.undelivered)}
      </Tile>
    </>
  );
}

function Tiles({ of, behind }: { of: DisputeStatistics; behind: Behind }) {
  const [now, before] = [of.total!, of.before!];
  const share = kept(now);
  const open = of.open?.reduce((all, it) => all + it.count, 0);
  return (
    <>
      <Tile name={o("stat.opened")} href={behind()} note={change(now.opened, before.opened)}>
        {number(now.opened)}
      </Tile>
      {open !== undefined && (
        <Tile name={o("stat.open")} href={behind({ from: daysAgo(399), to: daysAgo(0), state: "open" })}>
          {number(open)}
        </Tile>
      )}
      <Tile
        name={o("stat.end")}
        href={behind({ on: "ended" })}
        note={o("stat.percentiles", { error: of.error_percent })}
      >
        {lasted(now.end.p50_s)} / {lasted(now.end.p90_s)}
      </Tile>
      <Tile
        name={o("stat.kept")}
        href={behind({ metric: "missed" })}
        note={o("stat.missed", { count: sum(now.missed) })}
      >
        {share === null ? "—" : percent(share)}
      </Tile>
      <Tile name={o("stat.refunded")} href={behind({ metric: "refunds" })}>
        {now.refunds.length === 0
          ? "—"
          : now.refunds.map((it) => (
              <span key={it.amount.currency} class="block">
                <Money of={it.amount} />
              </span>
            ))}
      </Tile>
      <Tile
        name={o("stat.escalated")}
        href={behind({ metric: "escalated" })}
        note={change(now.escalated, before.escalated)}
      >
        {number(now.escalated)}
      </Tile>
    </>
  );
}

function ByDay({ of, behind }: { of: DisputeStatistics; behind: Behind }) {
  const known = new Map(of.items.map((it) => [it.key, it]));
  const rows: string[] = [];
  for (let at = Date.parse(of.from); at <= Date.parse(of.to); at += DAY)
    rows.push(new Date(at).toISOString().slice(0, 10));
  const at = (n: number) => ({ from: rows[n], to: rows[n] });
  return (
    <Chart
      title={o("chart.days")}
      by={o("By.day")}
      rows={rows}
      days
      file={`disputes-by-day-${of.from}-${of.to}`}
      series={[
        {
          name: o("stat.opened"),
          values: rows.map((it) => known.get(it)?.opened ?? 0),
          href: (n) => behind(at(n)),
        },
        {
          name: o("stat.resolved"),
          values: rows.map((it) => known.get(it)?.resolved ?? 0),
          href: (n) => behind({ ...at(n), on: "ended" }),
        },
      ]}
    />
  );
}

function Outcomes({ of, behind }: { of: DisputeStatistics; behind: Behind }) {
  const found = Object.entries(of.total!.outcomes);
  return (
    <Chart
      title={o("chart.outcomes")}
      by={o("By.outcome")}
      rows={found.map(([it]) => label("Outcome", it))}
      file={`disputes-by-outcome-${of.from}-${of.to}`}
      series={[
        {
          name: o("stat.resolved"),
          values: found.map(([, it]) => it),
          href: (n) => behind({ on: "ended", outcome: found[n]![0] }),
        },
      ]}
    />
  );
}

function Reasons({ of, behind }: { of: DisputeStatistics; behind: Behind }) {
  return (
    <Chart
      title={o("chart.reasons")}
      by={o("By.reason")}
      rows={of.items.map((it) => t(`reason.title.${it.key}` as Key))}
      file={`disputes-by-reason-${of.from}-${of.to}`}
      series={[
        {
          name: o("stat.opened"),
          values: of.items.map((it) => it.opened),
          href: (n) => behind({ reason: of.items[n]!.key }),
        },
        {
          name: o("stat.escalated"),
          values: of.items.map((it) => it.escalated),
          href: (n) => behind({ reason: of.items[n]!.key, metric: "escalated" }),
        },
      ]}
    />
  );
}

function Open({ of }: { of: DisputeStatistics }) {
  const open = of.open ?? [];
  const stages = [...new Set(open.map((it) => it.stage))];
  const ages = (Object.keys(AGES) as (keyof typeof AGES)[]).filter((age) => open.some((it) => it.age === age));
  return (
    <Chart
      title={o("chart.open")}
      by={o("chart.stage")}
      rows={stages.map((it) => label("Stage", it))}
      file={`open-disputes-${of.to}`}
      series={ages.map((age) => ({
        name: o(`age.${age}`),
        values: stages.map((stage) => open.find((it) => it.stage === stage && it.age === age)?.count ?? 0),
        href: (n) => listed("disputes", { from: daysAgo(AGES[age][0]), to: daysAgo(AGES[age][1]), stage: stages[n] }),
      }))}
    />
  );
}
