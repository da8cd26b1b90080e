import { useLocation, useRoute } from "preact-iso";
import * as reads from "../api/reads";
import type { Order as OrderOf, Parcel } from "../api/schema";
import { now } from "../data/clock";
import { every, useLive } from "../data/live";
import { readAgain, useRead } from "../data/query";
import { Timeline } from "../dispute/timeline";
import { CarrierWords } from "../parts/carrier-words";
import { At, Due, day, moment } from "../parts/due";
import { Icon } from "../parts/icon";
import { Money, money } from "../parts/money";
import { link, Page, Shown } from "../parts/page";
import { Banner } from "../parts/states";
import { Thumb } from "../parts/thumb";
import { who } from "../session";
import { type Key, label, t } from "../words";

/** B2: an order, where its parcels are, until when it is protected, and what can be done. */
export function Order() {
  const { params } = useRoute();
  const read = useRead({ ...reads.order(params.id!), every: every() });
  useLive(() => void readAgain(reads.order(params.id!).key), params.id);
  const title = read.data ? read.data.titles.join(", ") : t("order");
  return (
    <Page title={title} back="/orders" backWords={t("nav.orders")}>
      <Shown read={read}>{(order) => <Body of={order} again={() => void read.refetch()} />}</Shown>
    </Page>
  );
}

function Body({ of, again }: { of: OrderOf; again: () => void }) {
  const buyer = who.value!.role === "buyer";
  const open = of.disputes.filter((it) => it.stage !== "resolved");
  const delivered = of.lines.every((it) => it.delivered_at);
  const late = !delivered && Date.parse(of.deliver_by) < now();
  const state =
    of.status === "completed"
      ? "completed"
      : delivered
        ? "delivered"
        : late
          ? "late"
          : of.parcels.length
            ? "coming"
            : "paid";
  // The whole money went back: there is nothing left to wait for, or to ask for.
  const back = of.status !== "completed" && of.escrow.held.minor === 0 && of.escrow.refunded.minor > 0;
  const asked = of.status === "completed" || late ? undefined : of.extensions.find((it) => it.accepted === null);
  const done = useLocation().query.done;
  return (
    <>
      {done && <Banner kind="good" title={t(`done.${done}` as Key)} />}
      {asked && (
        <section class="card later-asked">
          <h2>{t(buyer ? "later.asked.buyer" : "later.asked.seller")}</h2>
          <p>{t("later.dates", { date: moment(asked.until), before: moment(of.deliver_by) })}</p>
          {buyer && (
            <a class="button primary" href={link(`/orders/${of.id}/later`)}>
              {t("later.answer")}
            </a>
          )}
        </section>
      )}
      <section class={`hero ${back || delivered || state === "completed" ? "good" : late ? "act" : "wait"}`}>
        <h2>
          {back
            ? t(`now.refunded.${who.value!.role}` as Key, { amount: money(of.escrow.refunded) })
            : t(`order.${state}`)}
        </h2>
        {back ? (
          buyer && <p>{t("now.refunded.buyer.text")}</p>
        ) : state === "completed" ? (
          <p>{of.completed_at && <At at={of.completed_at} />}</p>
        ) : (
          <>
            {/* Who has opened a dispute is not asked whether all is well. */}
            {!(delivered && open.length > 0) && <p>{t(`order.${state}.text`, { date: day(of.deliver_by) })}</p>}
            <Due
              at={late || delivered ? of.closes_at : of.deliver_by}
              over={again}
              label={t(late || delivered ? "order.protected" : "order.arrives")}
            />
          </>
        )}
        {open.map((it) => (
          <a key={it.id} class="button primary wide" href={link(`/disputes/${it.id}`)}>
            {t("order.dispute")} <Icon name="next" />
          </a>
        ))}
        {buyer && open.length === 0 && !back && of.status !== "completed" && (
          <div class="buttons">
            <a class={asked ? "button" : "button primary"} href={link(`/orders/${of.id}/dispute/new`)}>
              {t("order.wrong")}
            </a>
            {!delivered && of.parcels.length > 0 && (
              <a class="button" href={link(`/orders/${of.id}/receipt`)}>
                {t("order.fine")}
              </a>
            )}
          </div>
        )}
      </section>
      <Parcels of={of} />
      <section class="card">
        <h2>{t("order.lines")}</h2>
        <ul class="rows">
          {of.lines.map((it) => (
            <li key={it.id} class="row">
              <Thumb title={it.title} image={it.image_url} />
              <span class="grow">
                <span dir="auto">{it.title}</span>
                <span class="soft block">
                  {t("quantity", { count: it.quantity })} · {money(it.unit_price)}
                </span>
              </span>
              <Money of={it.price} />
            </li>
          ))}
          <li class="row">
            <span class="grow soft">{t("order.shipping")}</span>
            <Money of={of.shipping_fee} />
          </li>
          <li class="row total">
            <span class="grow">{t("order.total")}</span>
            <Money of={of.price} strong />
          </li>
        </ul>
      </section>
      <Held of={of} />
      <nav class="links" aria-label={t("more")}>
        <a href={link(`/orders/${of.id}/messages`)}>
          <Icon name="chat" /> {t(buyer ? "order.contact.seller" : "order.contact.buyer")} <Icon name="next" />
        </a>
        {buyer && (
          <a href={link(`/orders/${of.id}/protection`)}>
            <Icon name="shield" /> {t("protection.title")} <Icon name="next" />
          </a>
        )}
        {!buyer && of.status !== "completed" && (
          <>
            <a href={link(`/orders/${of.id}/ship`)}>
              <Icon name="truck" /> {t("ship.title")} <Icon name="next" />
            </a>
            {!of.lines.every((it) => it.delivered_at) && (
              <a href={link(`/orders/${of.id}/extend`)}>
                <Icon name="clock" /> {t("extend.title")} <Icon name="next" />
              </a>
            )}
          </>
        )}
        {of.disputes
          .filter((it) => it.stage === "resolved")
          .map((it) => (
            <a key={it.id} href={link(`/disputes/${it.id}`)}>
              <Icon name="scale" /> {t("order.dispute.old", { id: it.id })} <Icon name="next" />
            </a>
          ))}
      </nav>
      <Timeline read={reads.orderTimeline(of.id)} version={of.version} />
    </>
  );
}

function Parcels({ of }: { of: OrderOf }) {
  const parcels = of.parcels.filter((it) => !it.withdrawn_at);
  if (parcels.length === 0) return null;
  return (
    <section class="card">
      <h2>{t("order.parcels", { count: parcels.length })}</h2>
      {parcels.map((it) => {
        const last = it.records.filter((one) => one.counts).at(-1);
        return (
          <div key={it.number} class="row start">
            <Icon name="truck" />
            <span class="grow">
              <b>{it.carrier === "other" ? it.carrier_name : label("Carrier", it.carrier)}</b> <Tracked of={it} />
              <span class="soft block">
                {last ? (
                  <>
                    {label("CarrierStatus", last.status)} · <At at={last.occurred_at} />
                    <CarrierWords of={last} />
                  </>
                ) : (
                  t("order.noscan", { date: day(it.shipped_at) })
                )}
              </span>
            </span>
          </div>
        );
      })}
    </section>
  );
}

/** A parcel's number, which opens its page at the carrier's where there is one. */
function Tracked({ of }: { of: Parcel }) {
  const number = <code>{of.tracking_number}</code>;
  if (!of.tracking_url) return <span class="block">{number}</span>;
  return (
    <a class="block tracked" href={of.tracking_url} target="_blank" rel="noreferrer">
      {number}
    </a>
  );
}

function Held({ of }: { of: OrderOf }) {
  const { paid, held, refunded, released } = of.escrow;
  const rows = [
    ["held", held],
    ["refunded", refunded],
    ["released", released],
  ] as const;
  return (
    <section class="card">
      <h2>{t("escrow.title")}</h2>
      <ul class="rows">
        {rows
          .filter(([, it]) => it.minor > 0)
          .map(([name, it]) => (
            <li key={name} class="row">
              <span class="grow">{t(`escrow.${name}`)}</span>
              <Money of={it} />
            </li>
          ))}
        <li class="row total">
          <span class="grow">{t("escrow.paid")}</span>
          <Money of={paid} strong />
        </li>
      </ul>
    </section>
  );
}
