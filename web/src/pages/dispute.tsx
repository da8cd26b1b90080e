import { useLocation, useRoute } from "preact-iso";
import * as reads from "../api/reads";
import type { Dispute as DisputeOf, Proposal } from "../api/schema";
import { every, useLive } from "../data/live";
import { readAgain, useRead } from "../data/query";
import { EvidenceStrip } from "../dispute/evidence-strip";
import { News } from "../dispute/news";
import { Paid, usePaid } from "../dispute/paid";
import { Steps } from "../dispute/steps";
import { Timeline } from "../dispute/timeline";
import { may, me, missing, offer, questions, remedy, request, silence, standing, terms } from "../dispute/view";
import { At, Due, moment } from "../parts/due";
import { Icon } from "../parts/icon";
import { Money, money } from "../parts/money";
import { link, Page, Shown } from "../parts/page";
import { Banner } from "../parts/states";
import { label, t } from "../words";

/** B6, V2: a dispute: whose turn it is and by when, what one can do, what was asked and offered, and what has happened. */
export function Dispute() {
  const { params } = useRoute();
  const read = useRead({ ...reads.dispute(params.id!), every: every() });
  useLive(() => void readAgain(reads.dispute(params.id!).key), read.data?.order_id);
  const of = read.data;
  const title = of ? t(`reason.title.${of.reason}` as never) : t("dispute");
  return (
    <Page title={title} back={of ? `/orders/${of.order_id}` : "/disputes"} backWords={t("order.to")}>
      <Shown read={read}>{(dispute) => <Body of={dispute} again={() => void read.refetch()} />}</Shown>
    </Page>
  );
}

function Body({ of, again }: { of: DisputeOf; again: () => void }) {
  const { query } = useLocation();
  const now = standing(of);
  const paid = usePaid(of);
  return (
    <>
      {query.done && <Banner kind="good" title={t(`done.${query.done}` as never)} />}
      <News of={of} />
      <section class={`hero ${paid === "failed" ? "wait" : now.mood}`}>
        <p class="over">{t("dispute.number", { id: of.id })}</p>
        <h2>{now.title}</h2>
        {now.due && <Due at={now.due} over={again} />}
        {now.text && <p>{now.text}</p>}
        {paid && <Paid of={of} found={paid} />}
        {silence(of) && <p class="soft">{silence(of)}</p>}
        {questions(of).map((it) => (
          <blockquote key={it.id} dir="auto">
            {it.question}
          </blockquote>
        ))}
        <Actions of={of} />
      </section>
      <Steps of={of} />
      <Sides of={of} />
      {of.decision && <Decided of={of} />}
      {of.return && <Return of={of} />}
      <EvidenceStrip of={of} />
      <section class="card">
        <h2>{t("claim.title")}</h2>
        <dl class="facts">
          <dt>{t("claim.reason")}</dt>
          <dd>
            {label("Reason", of.claim.reason)}
            {of.claim.issue && `: ${label("Issue", of.claim.issue)}`}
          </dd>
          {of.claim.description && (
            <>
              <dt>{t("claim.words")}</dt>
              <dd dir="auto" class="words">
                {of.claim.description}
              </dd>
            </>
          )}
          <dt>{t("claim.most")}</dt>
          <dd>
            <Money of={of.maximum} />
          </dd>
          <dt>{t("claim.opened")}</dt>
          <dd>
            <At at={of.opened_at} />
          </dd>
        </dl>
      </section>
      <nav class="links" aria-label={t("more")}>
        <a href={link(`/orders/${of.order_id}/messages`)}>
          <Icon name="chat" /> {t(me() === "buyer" ? "order.contact.seller" : "order.contact.buyer")}{" "}
          <Icon name="next" />
        </a>
        <a href={link(`/orders/${of.order_id}`)}>
          <Icon name="box" /> {t("order.to")} <Icon name="next" />
        </a>
      </nav>
      <Timeline read={reads.timeline(of.id)} version={of.version} />
    </>
  );
}

/** The one thing to do first, then the others: only what the server allows now. */
function Actions({ of }: { of: DisputeOf }) {
  const at = (page: string) => link(`/disputes/${of.id}/${page}`);
  const mine = me();
  const table = of.current_proposal;
  const buttons: { to: string; words: string; quiet?: boolean }[] = [];
  const add = (to: string, words: string) => buttons.push({ to: at(to), words });
  if (questions(of).length > 0 && may(of, "add_evidence")) add("evidence/add", t("act.answer"));
  if (may(of, "object_to_delivery")) add("object", t("act.object"));
  const offered = offer(of) ?? (mine === "seller" && may(of, "accept") ? request(of) : null);
  if (offered && may(of, "accept"))
    add(`accept/${offered.id}`, t(`accept.${offered.type}` as never, { amount: money(offered.amount) }));
  if (missing(of).length > 0 && may(of, "add_evidence")) add("evidence/add", t("act.show"));
  if (may(of, "ship_return")) add("return", t(of.return?.parcel ? "act.correct" : "act.return"));
  if (may(of, "acknowledge_return")) add("returned", t("act.returned"));
  if (may(of, "ship_replacement")) add("replacement", t("act.replacement"));
  if (may(of, "accept_decision")) add("decision", t("act.decision"));
  if (may(of, "propose"))
    add("offer", t(mine === "buyer" ? (of.stage === "opened" ? "act.change" : "act.counter") : "act.offer"));
  if (may(of, "decline") && table) add("decline", t("act.decline"));
  if (may(of, "appeal")) add("appeal", t("act.appeal"));
  if (may(of, "escalate")) add("escalate", t("act.escalate"));
  const rest: [action: string, to: string, words: string][] = [
    ["add_evidence", "evidence/add", t("act.evidence")],
    ["grant_time", "time", t("act.time")],
    ["withdraw_appeal", "withdraw-appeal", t("act.withdraw.appeal")],
    ["withdraw", "withdraw", t("act.withdraw")],
  ];
  const more = rest.filter(([action, to]) => may(of, action) && !buttons.some((it) => it.to === at(to)));
  const primary = standing(of).mood === "act" || missing(of).length > 0;
  const shown = buttons.slice(0, 3);
  const others = [...buttons.slice(3), ...more.map(([, to, words]) => ({ to: at(to), words }))];
  // What is not yet possible is no grey button, but a line with its date.
  const later = of.blocked_actions.filter((it) => it.opens_at);
  if (shown.length + others.length + later.length === 0) return null;
  return (
    <>
      {shown.length > 0 && (
        <div class="buttons">
          {shown.map((it, place) => (
            <a key={it.to} class={place === 0 && primary ? "button primary" : "button"} href={it.to}>
              {it.words}
            </a>
          ))}
        </div>
      )}
      {others.length + later.length > 0 && (
        <details class="more">
          <summary>{t("more.ways")}</summary>
          <ul>
            {others.map((it) => (
              <li key={it.to}>
                <a href={it.to}>
                  {it.words} <Icon name="next" />
                </a>
              </li>
            ))}
            {later.map((it) => (
              <li key={it.action} class="later">
                <Icon name="clock" />{" "}
                {t("blocked.from", { action: label("Action", it.action), date: moment(it.opens_at!) })}
              </li>
            ))}
          </ul>
        </details>
      )}
    </>
  );
}

/** What the buyer asks beside what the seller, or a mediator, offers. */
function Sides({ of }: { of: DisputeOf }) {
  const asked = [...of.proposals].reverse().find((it) => it.by === "buyer") ?? request(of);
  const offered = [...of.proposals].reverse().find((it) => it.by !== "buyer");
  return (
    <section class="sides" aria-label={t("sides.title")}>
      <Side
        reason={of.claim.reason}
        title={t(me() === "buyer" ? "sides.you.asked" : "sides.buyer.asks")}
        of={asked}
        current={of.current_proposal}
      />
      {!offered && of.stage === "resolved" ? null : offered ? (
        <Side
          reason={of.claim.reason}
          title={t(
            offered.by === "mediator"
              ? "sides.mediator"
              : me() === "seller"
                ? "sides.you.offered"
                : "sides.seller.offers",
          )}
          of={offered}
          current={of.current_proposal}
        />
      ) : (
        <div class="card side none">
          <h2 class="side-title">{t(me() === "seller" ? "sides.you.offered" : "sides.seller.offers")}</h2>
          <p class="soft">{t("sides.nothing")}</p>
        </div>
      )}
    </section>
  );
}

interface SideProps {
  title: string;
  of: Proposal;
  reason: string;
  current?: Proposal | null;
}

export function Side({ title, of, reason, current }: SideProps) {
  return (
    <div class={`card side ${current?.id === of.id ? "current" : ""}`}>
      <h2 class="side-title">{title}</h2>
      <Money of={of.amount} strong />
      <p>{remedy("type", of.type, reason, {}, `.${me()}`)}</p>
      {of.note && (
        <p class="words note" dir="auto">
          {of.note}
        </p>
      )}
      {current?.id === of.id && <span class="tag">{t("sides.table")}</span>}
    </div>
  );
}

function Decided({ of }: { of: DisputeOf }) {
  const it = of.decision!;
  return (
    <section class="card">
      <h2>{t(it.by ? "decision.title" : "decision.default")}</h2>
      <p>
        <b>{label("Finding", it.finding)}</b>
      </p>
      <p>{terms(it, of.claim.reason)}</p>
      {it.rationale && (
        <p class="words" dir="auto">
          {it.rationale}
        </p>
      )}
      <p class="soft">{t(it.final ? "decision.final" : "decision.open")}</p>
    </section>
  );
}

function Return({ of }: { of: DisputeOf }) {
  const it = of.return!;
  return (
    <section class="card">
      <h2>{t("return.title")}</h2>
      <address>
        {[
          it.return_address.name,
          ...it.return_address.lines,
          `${it.return_address.postal_code} ${it.return_address.city}`,
          it.return_address.country,
        ].map((line) => (
          <span key={line} dir="auto">
            {line}
          </span>
        ))}
      </address>
      <p class="soft">{t(`return.postage.${it.return_postage}`)}</p>
      {it.postage && <p>{t("return.postage.stated", { amount: money(it.postage) })}</p>}
      {it.postage_objection && (
        <p class="words" dir="auto">
          {t("return.postage.objected")} {it.postage_objection}
        </p>
      )}
      {it.parcel && (
        <p>
          <Icon name="truck" />{" "}
          {it.parcel.carrier === "other" ? it.parcel.carrier_name : label("Carrier", it.parcel.carrier)}{" "}
          <code>{it.parcel.tracking_number}</code>
        </p>
      )}
    </section>
  );
}
