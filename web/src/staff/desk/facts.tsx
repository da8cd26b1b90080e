import type { CaseFile, LineRecord, OrderLine, Parcel } from "../../api/schema";
import { request, terms } from "../../dispute/view";
import { CarrierWords } from "../../parts/carrier-words";
import { At, moment } from "../../parts/due";
import { Money, money } from "../../parts/money";
import { Thumb } from "../../parts/thumb";
import { label, t } from "../../words";
import { d } from "./words";

/** What the buyer claims and asks for, and what is on the table. */
export function Claim({ of: file }: { of: CaseFile }) {
  const of = file.dispute;
  const asked = request(of);
  const line = (id: string) => file.order?.lines.find((it) => it.id === id);
  const offered = of.current_proposal;
  return (
    <section class="card" aria-labelledby="claim">
      <h2 id="claim">{d("claim.title.desk")}</h2>
      <p>
        <b>{label("Reason", of.claim.reason)}</b>
        {of.claim.issue && ` · ${label("Issue", of.claim.issue)}`}
      </p>
      {of.claim.description && <blockquote dir="auto">{of.claim.description}</blockquote>}
      <dl class="facts">
        <dt>{d("claim.lines")}</dt>
        <dd>
          {of.claim.items.map((it) => (
            <Claimed key={it.line_id} line={line(it.line_id)} quantity={it.quantity} />
          ))}
        </dd>
        <dt>{d("claim.asks")}</dt>
        <dd>{terms(asked, of.claim.reason)}</dd>
        {offered && offered.id !== asked.id && (
          <>
            <dt>{d("claim.table", { who: label("Role", offered.by) })}</dt>
            <dd>{terms(offered, of.claim.reason)}</dd>
          </>
        )}
        <dt>{d("claim.decide.most")}</dt>
        <dd>
          <Money of={of.maximum} />
        </dd>
        {of.decision && (
          <>
            <dt>{d("claim.decided", { who: of.decision.by ?? label("Role", "clock") })}</dt>
            <dd>
              {label("Finding", of.decision.finding)}: {terms(of.decision, of.claim.reason)}
              <span class="block words" dir="auto">
                {of.decision.rationale}
              </span>
            </dd>
          </>
        )}
      </dl>
    </section>
  );
}

/** A claimed line with its picture and its listing, which say what was promised. */
function Claimed({ line, quantity }: { line?: OrderLine; quantity: number }) {
  const count = t("quantity", { count: quantity });
  if (!line) return <span class="block">{count}</span>;
  return (
    <span class="row">
      <Thumb title={line.title} image={line.image_url} />
      <span class="grow" dir="auto">
        {line.url ? (
          <a href={line.url} target="_blank" rel="noreferrer">
            {line.title}
          </a>
        ) : (
          line.title
        )}
        {` · ${count} · ${money(line.price)}`}
      </span>
    </span>
  );
}

/** What the record says: promise and arrival of each claimed line, the parcels, and the money. */
export function Facts({ of: file }: { of: CaseFile }) {
  const order = file.order!;
  const title = (id: string) => order.lines.find((it) => it.id === id)?.title ?? id;
  return (
    <section class="card" aria-labelledby="facts">
      <h2 id="facts">{d("facts")}</h2>
      <ul class="records">
        {file.records!.map((it) => (
          <li key={it.line_id} class={it.arrival === "after" || it.arrival === "overdue" ? "late" : ""}>
            <b dir="auto">{title(it.line_id)}</b>: {arrival(it)}
            {it.claimed_after_days !== null && (
              <span class="soft"> · {d("record.claimed", { count: it.claimed_after_days })}</span>
            )}
          </li>
        ))}
      </ul>
      <dl class="facts">
        <dt>{d("facts.placed")}</dt>
        <dd>
          <At at={order.placed_at} />
        </dd>
        <dt>{d("facts.promised")}</dt>
        <dd>
          <At at={order.deliver_by} />
        </dd>
        <dt>{d("facts.protected")}</dt>
        <dd>
          <At at={order.closes_at} />
        </dd>
        <dt>{d("facts.money")}</dt>
        <dd>
          {d("facts.held", {
            held: money(order.escrow.held),
            refunded: money(order.escrow.refunded),
            released: money(order.escrow.released),
          })}
        </dd>
      </dl>
      {order.parcels.length === 0 && <p class="late">{d("facts.noparcel")}</p>}
      {order.parcels.map((it) => (
        <ParcelFacts key={it.number} of={it} />
      ))}
    </section>
  );
}

function ParcelFacts({ of }: { of: Parcel }) {
  const last = [...of.records].reverse();
  return (
    <details class="parcel-facts fold" open={of.records.length <= 3}>
      <summary>
        <b>{of.carrier_name || label("Carrier", of.carrier)}</b> {of.tracking_number}{" "}
        <span class="soft">
          {of.delivered_at ? d("parcel.delivered", { date: moment(of.delivered_at) }) : d("parcel.coming")}
        </span>
      </summary>
      {of.tracking_url && (
        <a href={of.tracking_url} target="_blank" rel="noreferrer">
          {d("parcel.track")}
        </a>
      )}
      <ol class="events">
        {last.map((it) => (
          <li key={`${it.occurred_at} ${it.status}`}>
            {label("CarrierStatus", it.status)} <span class="soft small">{moment(it.occurred_at)}</span>
            <CarrierWords of={it} />
            {!it.counts && <span class="tag warn">{d("parcel.uncounted")}</span>}
          </li>
        ))}
        {last.length === 0 && <li class="late">{d("parcel.norecord", { date: moment(of.shipped_at) })}</li>}
      </ol>
    </details>
  );
}

/** Says how a line arrived, measured by its promise: `delivered 3 days after the promise`. */
export function arrival(it: LineRecord): string {
  const values = { count: it.days, date: moment(it.promised_by) };
  switch (it.arrival) {
    case "before":
      return d("record.before", values);
    case "on_the_day":
      return d("record.on_the_day", values);
    case "after":
      return d("record.after", values);
    case "overdue":
      return d("record.overdue", values);
    default:
      return d("record.awaited", values);
  }
}
