import { useLocation } from "preact-iso";
import type { DisputeStatistics } from "../../api/schema";
import { useRead } from "../../data/query";
import { moment } from "../../parts/due";
import { Money } from "../../parts/money";
import { Page, Shown } from "../../parts/page";
import { Empty } from "../../parts/states";
import { type Key, label, t } from "../../words";
import { Chart } from "./chart";
import { lasted, listed, number, percent, Tile, Ways } from "./parts";
import * as reads from "./reads";
import { o } from "./words";

const RANGES = [7, 28, 90];
const DAY = 86_400_000;
const iso = (at: number) => new Date(at).toISOString().slice(0, 10);

type Counts = NonNullable<DisputeStatistics["total"]>;

const sum = (of: Record<string, number>) => Object.values(of).reduce((all, it) => all + it, 0);
const kept = (it: Counts) => {
  const all = sum(it.kept) + sum(it.missed);
  return all ? sum(it.kept) / all : null;
};

/** Says how a number differs from that of as many days before, in words and not by colour alone. */
function change(now: number, before: number): string {
  const by = now - before;
  return by === 0 ? o("health.same") : `${by > 0 ? "▲" : "▼"} ${number(Math.abs(by))} ${o("health.than")}`;
}

/** O1: how disputes go, with what led to each number. */
export function Health() {
  const { query } = useLocation();
  const range = RANGES.includes(Number(query.days)) ? Number(query.days) : 28;
  const given =
    query.from && query.to
      ? { from: query.from, to: query.to }
      : { from: iso(Date.now() - (range - 1) * DAY), to: iso(Date.now()) };
  const days = useRead({ ...reads.stats({ ...given, by: "day" }), every: 60_000 });
  const reasons = useRead({ ...reads.stats({ ...given, by: "reason" }), every: 60_000 });
  return (
    <Page title={o("nav.health")} narrow={false} aside={<Range from={given.from} to={given.to} />}>
      <Ways />
      <Shown read={days} rows={6}>
        {(it) => (
          <>
            <p class="soft small">
              {o("health.zone", { from: it.from, to: it.to })} · {o("health.as-of", { at: moment(it.as_of) })}
            </p>
            <Tiles of={it} />
            {it.total!.opened + it.total!.resolved === 0 ? (
              <Empty icon="info" title={o("health.none")} />
            ) : (
              <div class="charts">
                <ByDay of={it} />
                <Outcomes of={it} />
                {reasons.data && <Reasons of={reasons.data} />}
                <Open of={it} />
              </div>
            )}
          </>
        )}
      </Shown>
    </Page>
  );
}

function Range({ from, to }: { from: string; to: string }) {
  const { route, query } = useLocation();
  return (
    <form
      class="range"
      onSubmit={(event) => {
        event.preventDefault();
        const given = new FormData(event.currentTarget);
        route(listed("health", { from: String(given.get("from")), to: String(given.get("to")) }));
      }}
    >
      <span class="tabs">
        {RANGES.map((it) => (
          <a
            key={it}
            href={listed("health", { days: it })}
            aria-current={!query.from && Number(query.days ?? 28) === it ? "true" : undefined}
          >
            {o("health.days", { count: it })}
          </a>
        ))}
      </span>
      <input type="date" name="from" aria-label={o("from")} value={from} required />
      <input type="date" name="to" aria-label={o("to")} value={to} required />
      <button type="submit" class="button small">
        {o("show")}
      </button>
    </form>
  );
}

function Tiles({ of }: { of: DisputeStatistics }) {
  const [now, before] = [of.total!, of.before!];
  const span = { from: of.from, to: of.to };
  const share = kept(now);
  const open = (of.open ?? []).reduce((all, it) => all + it.count, 0);
  return (
    <div class="tiles">
      <Tile name={o("stat.opened")} href={listed("disputes", span)} note={change(now.opened, before.opened)}>
        {number(now.opened)}
      </Tile>
      <Tile
        name={o("stat.open")}
        href={listed("disputes", { ...span, from: iso(Date.now() - 399 * DAY), state: "open" })}
      >
        {number(open)}
      </Tile>
      <Tile
        name={o("stat.end")}
        href={listed("disputes", { ...span, on: "ended" })}
        note={o("stat.percentiles", { error: of.error_percent })}
      >
        {lasted(now.end.p50_s)} / {lasted(now.end.p90_s)}
      </Tile>
      <Tile
        name={o("stat.kept")}
        href={listed("disputes", { ...span, metric: "missed:seller" })}
        note={o("stat.missed", { count: sum(now.missed) })}
      >
        {share === null ? "—" : percent(share)}
      </Tile>
      <Tile
        name={o("stat.refunded")}
        href={listed("disputes", { ...span, on: "ended", outcome: "resolved_buyer_favour" })}
      >
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
        href={listed("disputes", { ...span, metric: "escalated" })}
        note={change(now.escalated, before.escalated)}
      >
        {number(now.escalated)}
      </Tile>
    </div>
  );
}

function ByDay({ of }: { of: DisputeStatistics }) {
  const known = new Map(of.items.map((it) => [it.key, it]));
  const rows: string[] = [];
  for (let at = Date.parse(of.from); at <= Date.parse(of.to); at += DAY) rows.push(iso(at));
  const at = (n: number) => ({ from: rows[n], to: rows[n] });
  return (
    <Chart
      title={o("chart.days")}
      by={o("By.day")}
      rows={rows}
      file={`disputes-by-day-${of.from}-${of.to}`}
      series={[
        {
          name: o("stat.opened"),
          values: rows.map((it) => known.get(it)?.opened ?? 0),
          href: (n) => listed("disputes", at(n)),
        },
        {
          name: o("stat.resolved"),
          values: rows.map((it) => known.get(it)?.resolved ?? 0),
          href: (n) => listed("disputes", { ...at(n), on: "ended" }),
        },
      ]}
    />
  );
}

function Outcomes({ of }: { of: DisputeStatistics }) {
  const found = Object.entries(of.total!.outcomes);
  const span = { from: of.from, to: of.to, on: "ended" };
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
          href: (n) => listed("disputes", { ...span, outcome: found[n]![0] }),
        },
      ]}
    />
  );
}

function Reasons({ of }: { of: DisputeStatistics }) {
  const span = { from: of.from, to: of.to };
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
          href: (n) => listed("disputes", { ...span, reason: of.items[n]!.key }),
        },
        {
          name: o("stat.escalated"),
          values: of.items.map((it) => it.escalated),
          href: (n) => listed("disputes", { ...span, reason: of.items[n]!.key, metric: "escalated" }),
        },
      ]}
    />
  );
}

function Open({ of }: { of: DisputeStatistics }) {
  const open = of.open ?? [];
  const stages = [...new Set(open.map((it) => it.stage))];
  const ages = ["up_to_3_days", "up_to_7_days", "up_to_14_days", "up_to_30_days", "older"].filter((age) =>
    open.some((it) => it.age === age),
  );
  const from = iso(Date.now() - 399 * DAY);
  return (
    <Chart
      title={o("chart.open")}
      by={o("chart.stage")}
      rows={stages.map((it) => label("Stage", it))}
      file={`open-disputes-${of.to}`}
      series={ages.map((age) => ({
        name: o(`age.${age}` as "age.older"),
        values: stages.map((stage) => open.find((it) => it.stage === stage && it.age === age)?.count ?? 0),
        href: (n) => listed("disputes", { from, to: iso(Date.now()), stage: stages[n] }),
      }))}
    />
  );
}
