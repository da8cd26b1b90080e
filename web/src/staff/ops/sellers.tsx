import { useLocation } from "preact-iso";
import type { SellerCounts } from "../../api/schema";
import { useRead } from "../../data/query";
import { Icon } from "../../parts/icon";
import { Page, Shown } from "../../parts/page";
import { Empty } from "../../parts/states";
import { t } from "../../words";
import { Patterns } from "../signals";
import { type Column, Table } from "../table";
import { csv, save } from "./csv";
import { Asked, daysAgo, listed, number, percent, Ways } from "./parts";
import * as reads from "./reads";
import { o } from "./words";

const PPM = 1_000_000;

const share = (it: SellerCounts) => (it.orders ? it.disputed / it.orders : 0);

/** The share of disputed orders as a dot, and the bounds of the true one as a line. The numbers stand beside it. */
function Interval({ of }: { of: SellerCounts }) {
  const x = (ppm: number) => (ppm / PPM) * 100;
  return (
    <span class="interval">
      <svg viewBox="0 0 100 12" aria-hidden="true" preserveAspectRatio="none">
        <line x1="0" x2="100" y1="6" y2="6" class="ground" />
        <line x1={x(of.lower_ppm)} x2={x(of.upper_ppm)} y1="6" y2="6" />
        <rect x={share(of) * 100 - 1} y="2" width="2" height="8" />
      </svg>
      <span class="small">
        {percent(share(of))} ({percent(of.lower_ppm / PPM)} – {percent(of.upper_ppm / PPM)})
      </span>
    </span>
  );
}

/** O3: the sellers whose share of disputed orders is surely large first, with how sure it is. */
export function Sellers() {
  const { query, route } = useLocation();
  const month = query.month ?? daysAgo(0).slice(0, 7);
  const read = useRead({ ...reads.stats({ by: "seller", from: `${month}-01`, to: `${month}-28`, limit: 100 }) });
  const behind = (row: SellerCounts, metric?: string) =>
    listed("disputes", { seller_id: row.key, from: read.data!.from, to: read.data!.to, metric });
  const columns = (): Column<SellerCounts>[] => [
    { name: "seller", title: t("role.seller"), cell: (it) => it.key },
    { name: "share", title: o("sellers.share"), cell: (it) => <Interval of={it} /> },
    {
      name: "orders",
      title: o("sellers.orders"),
      number: true,
      cell: (it) => (
        <>
          <a href={behind(it, "orders_disputed")}>{number(it.disputed)}</a> / {number(it.orders)}{" "}
          {it.small && <span class="tag">{o("sellers.small")}</span>}
        </>
      ),
    },
    {
      name: "opened",
      title: o("stat.opened"),
      number: true,
      cell: (it) => <a href={behind(it)}>{number(it.opened)}</a>,
    },
    {
      name: "silent",
      title: o("sellers.silent"),
      number: true,
      cell: (it) => {
        const all = it.silent + it.answered_in_time;
        if (!all) return "—";
        return (
          <>
            {percent(it.silent / all)}{" "}
            <a href={behind(it, "missed:seller")}>
              ({number(it.silent)} / {number(all)})
            </a>
          </>
        );
      },
    },
  ];
  return (
    <Page title={o("nav.sellers")} narrow={false}>
      <Ways />
      <p class="soft">{o("sellers.why")}</p>
      <form class="filters" onSubmit={(event) => event.preventDefault()}>
        <Asked name={o("sellers.month")}>
          <input
            type="month"
            value={month}
            onChange={(it) => route(listed("sellers", { month: it.currentTarget.value }))}
          />
        </Asked>
      </form>
      <Shown read={read} rows={6}>
        {(it) =>
          it.sellers.length === 0 ? (
            <Empty icon="check" title={o("sellers.none")} />
          ) : (
            <>
              <Table
                label={o("nav.sellers")}
                columns={columns()}
                rows={it.sellers}
                keyOf={(row) => row.key}
                href={(row) => behind(row)}
                mark={(row) => (row.small ? "unsure" : "")}
              />
              <button
                type="button"
                class="button small"
                onClick={() =>
                  save(
                    `sellers-${month}.csv`,
                    csv([
                      [
                        "seller",
                        "orders",
                        "disputed",
                        "lower_ppm",
                        "upper_ppm",
                        "small",
                        "opened",
                        "silent",
                        "answered_in_time",
                      ],
                      ...it.sellers.map((row) => [
                        row.key,
                        row.orders,
                        row.disputed,
                        row.lower_ppm,
                        row.upper_ppm,
                        String(row.small),
                        row.opened,
                        row.silent,
                        row.answered_in_time,
                      ]),
                    ]),
                  )
                }
              >
                <Icon name="save" /> {o("csv")}
              </button>
            </>
          )
        }
      </Shown>
      <h2>{o("people.title")}</h2>
      <People of="seller" />
      <People of="buyer" />
    </Page>
  );
}

/** The people with patterns among the newest disputes. */
function People({ of }: { of: "buyer" | "seller" }) {
  const read = useRead(reads.people(of));
  return (
    <section class="card">
      <h3>{t(`role.${of}`)}</h3>
      <Shown read={read} rows={2}>
        {(it) =>
          it.items.length === 0 ? (
            <p class="soft">{o("people.none")}</p>
          ) : (
            it.items.map((one) => (
              <details key={one.id}>
                <summary>
                  {one.id} · {number(one.disputes)} / {number(one.orders)}
                </summary>
                <Patterns of={one} />
              </details>
            ))
          )
        }
      </Shown>
    </section>
  );
}
