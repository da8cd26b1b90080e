import { useLocation } from "preact-iso";
import * as reads from "../api/reads";
import type { OrderPage, OrderSummary } from "../api/schema";
import { now } from "../data/clock";
import { usePages } from "../data/pages";
import { OFTEN, SELDOM, useRead } from "../data/query";
import { DisputeRow } from "../dispute/row";
import { day } from "../parts/due";
import { Icon, type IconName } from "../parts/icon";
import { LongList, More } from "../parts/long-list";
import { Money, money } from "../parts/money";
import { link, Page, Shown } from "../parts/page";
import { Search } from "../parts/search";
import { Empty } from "../parts/states";
import { Thumb } from "../parts/thumb";
import { who } from "../session";
import { type Key, label, t } from "../words";

const SHOWN = ["all", "coming", "disputed", "done"] as const;
type Filter = (typeof SHOWN)[number];

/** Beyond so many orders they can be searched. */
const SEARCHED_FROM = 8;

/** B1, V4: what needs the person first, by deadline; then the orders, newest first, each with what comes next. */
export function Orders() {
  const { query, route } = useLocation();
  const filter = (query.show ?? "all") as Filter;
  const q = query.q ?? "";
  const asked = { limit: 50, ...(q ? { q } : {}) };
  const pages = usePages<OrderSummary, OrderPage>({
    ...reads.orders(asked),
    next: (cursor) => reads.ordersFrom(asked, cursor),
    every: SELDOM,
  });
  const needs = useRead({ ...reads.disputes({ awaiting: "me", sort: "deadline", limit: 100 }), every: OFTEN });
  const waiting = needs.data?.items ?? [];
  return (
    <Page title={t("nav.orders")} narrow={false}>
      {pages.first.data && waiting.length > 0 && filter === "all" && !q && (
        <section aria-labelledby="needs" class="needs">
          <h2 id="needs">
            {t("tab.mine")} <span class="count">{waiting.length}</span>
          </h2>
          <ul class="cards grid">
            {waiting.slice(0, 6).map((it) => (
              <li key={it.id}>
                <DisputeRow of={it} again={() => void needs.refetch()} />
              </li>
            ))}
          </ul>
          {waiting.length > 6 && (
            <a class="all" href={link("/disputes")}>
              {t("needs.all", { count: waiting.length })} <Icon name="next" />
            </a>
          )}
        </section>
      )}
      {/* What needs the person stands above the orders: these wait for it, so that nothing jumps. */}
      <Shown
        read={pages.first}
        rows={5}
        ready={needs.data !== undefined || needs.error !== null || needs.fetchStatus === "paused"}
      >
        {() =>
          pages.items.length === 0 && !q ? (
            <Empty icon="box" title={t("orders.none")}>
              <p>{t(who.value!.role === "buyer" ? "orders.none.why" : "orders.none.seller")}</p>
            </Empty>
          ) : (
            <>
              {(q || pages.items.length > SEARCHED_FROM) && (
                <Search
                  value={q}
                  hint={t("search.what")}
                  onSearch={(words) => route(link(words ? `/orders?q=${encodeURIComponent(words)}` : "/orders"), true)}
                />
              )}
              {!q && (
                <nav class="tabs" aria-label={t("orders.which")}>
                  {SHOWN.map((it) => (
                    <a
                      key={it}
                      href={link(`/orders${it === "all" ? "" : `?show=${it}`}`)}
                      aria-current={it === filter ? "page" : undefined}
                    >
                      {t(`orders.${it}`)}
                    </a>
                  ))}
                </nav>
              )}
              <Rows of={pages.items.filter((it) => fits(it, filter))} />
              <More pages={pages} />
            </>
          )
        }
      </Shown>
    </Page>
  );
}

function fits(it: OrderSummary, filter: Filter): boolean {
  if (filter === "coming") return it.status === "in_protection" && !it.delivered_at;
  if (filter === "disputed") return it.open_disputes.length > 0;
  return filter === "done" ? it.status === "completed" : true;
}

function Rows({ of }: { of: OrderSummary[] }) {
  if (of.length === 0) return <p class="soft">{t("todo.none.tab")}</p>;
  return (
    <LongList items={of} class="cards grid" height={104}>
      {(it) => <OrderRow key={it.id} of={it} />}
    </LongList>
  );
}

/** What comes next for an order, in one line. */
function next(of: OrderSummary): { icon: IconName; mood: string; words: string } {
  const seller = who.value!.role === "seller";
  const dispute = of.open_disputes[0];
  if (dispute) {
    const asked = dispute.asked.find((it) => it.of === who.value!.role) ?? dispute.asked[0];
    const mine = asked?.of === who.value!.role;
    const words = asked ? t(`asked.${mine ? "me" : "other"}.${asked.what}` as Key) : label("Stage", dispute.stage);
    return {
      icon: mine ? "alert" : "scale",
      mood: mine ? "wants" : "soft",
      words: t("orders.dispute", { what: words }),
    };
  }
  if (of.refunded.minor > 0)
    return { icon: "coin", mood: "good", words: t("orders.refunded", { amount: money(of.refunded) }) };
  if (of.status === "completed") return { icon: "check", mood: "soft", words: t("order.completed") };
  if (of.delivered_at)
    return { icon: "shield", mood: "soft", words: t("orders.protected", { date: day(of.closes_at) }) };
  const late = Date.parse(of.deliver_by) < now();
  if (seller && !of.parcel) {
    return {
      icon: late ? "alert" : "truck",
      mood: late ? "late" : "wants",
      words: t("orders.ship", { date: day(of.deliver_by) }),
    };
  }
  if (late) return { icon: "alert", mood: "late", words: t("orders.late", { date: day(of.deliver_by) }) };
  const where = of.parcel ? `${label("CarrierStatus", of.parcel.status ?? "in_transit")} · ` : "";
  return {
    icon: of.parcel ? "truck" : "clock",
    mood: "soft",
    words: where + t("orders.by", { date: day(of.deliver_by) }),
  };
}

function OrderRow({ of }: { of: OrderSummary }) {
  const then = next(of);
  return (
    <li>
      <a class="card press order-row" href={link(`/orders/${encodeURIComponent(of.id)}`)}>
        <Thumb title={of.titles[0] ?? "?"} image={of.lines[0]?.image_url} />
        <span class="grow">
          <b class="title" dir="auto">
            {of.titles.join(", ")}
          </b>
          <span class="soft block">
            {who.value!.role === "buyer" ? (of.seller_name ?? of.seller_id) : of.buyer_id} · {day(of.placed_at)}
          </span>
          <span class={`then ${then.mood}`}>
            <Icon name={then.icon} /> {then.words}
          </span>
        </span>
        <span class="order-price">
          <Money of={of.price} strong />
          {(of.unread ?? 0) > 0 && (
            <span class="unread">
              <Icon name="chat" /> {of.unread}
              <span class="hidden">{t("orders.unread")}</span>
            </span>
          )}
        </span>
      </a>
    </li>
  );
}
