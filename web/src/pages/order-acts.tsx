import type { ComponentChildren } from "preact";
import { useLocation, useRoute } from "preact-iso";
import * as reads from "../api/reads";
import type { Carrier, ExtensionRequest, Order } from "../api/schema";
import { useAction } from "../data/action";
import { now } from "../data/clock";
import { useDraft } from "../data/drafts";
import type { Answer } from "../data/intents";
import { useLimits } from "../data/limits";
import { readAgain, useRead } from "../data/query";
import { CarrierFields } from "../dispute/carrier-fields";
import { day, moment } from "../parts/due";
import { Choices, Form, Line } from "../parts/form";
import { link, Page, Shown } from "../parts/page";
import { Empty } from "../parts/states";
import { Thumb } from "../parts/thumb";
import { who } from "../session";
import { t } from "../words";

function OrderAct({ title, children }: { title: string; children: (of: Order) => ComponentChildren }) {
  const { params } = useRoute();
  const read = useRead(reads.order(params.id!));
  return (
    <Page title={title} back={`/orders/${params.id}`} backWords={t("order.to")}>
      <Shown read={read}>{children}</Shown>
    </Page>
  );
}

function useOrderAct(of: Order, name: string) {
  const action = useAction(`order/${of.id}/${name}`);
  const { route } = useLocation();
  return {
    ...action,
    /** Sends; if it was done, goes back to the order and says so. */
    async go(path: string, body: object, done: (answer: Answer) => string = () => name) {
      const answer = await action.run({ path: `/orders/${encodeURIComponent(of.id)}${path}`, body });
      if (!answer) return false;
      const mine = who.value!.id;
      await Promise.all(["order", "orders", "protection"].map((it) => readAgain([mine, it])));
      route(link(`/orders/${of.id}?done=${done(answer)}`), true);
      return true;
    },
  };
}

/** B2: confirm that everything has arrived. It cannot be taken back, so the page says what it does and asks once. */
export function Receipt() {
  return <OrderAct title={t("receipt.title")}>{(of) => <ReceiptBody of={of} />}</OrderAct>;
}

function ReceiptBody({ of }: { of: Order }) {
  const days = useLimits(of.policy_version)?.days.protection;
  const act = useOrderAct(of, "receipt");
  return (
    <>
      <p>{t("receipt.what")}</p>
      <ul class="card rows">
        {of.lines.map((it) => (
          <li key={it.id} class="row">
            <Thumb title={it.title} image={it.image_url} />
            <span class="grow" dir="auto">
              {it.title}
              <span class="soft block">{t("quantity", { count: it.quantity })}</span>
            </span>
          </li>
        ))}
      </ul>
      <p>
        <b>{days !== undefined && t("receipt.after", { count: days })}</b>
      </p>
      <Form action={act} submit={t("receipt.do")} onSubmit={() => void act.go("/receipt", {})} />
      <a class="button quiet wide" href={link(`/orders/${of.id}`)}>
        {t("cancel")}
      </a>
    </>
  );
}

/** V4: put a parcel on record. */
export function Ship() {
  return <OrderAct title={t("ship.title")}>{(of) => <ShipBody of={of} />}</OrderAct>;
}

function ShipBody({ of }: { of: Order }) {
  const act = useOrderAct(of, "ship");
  const [draft, change] = useDraft(`ship/${of.id}`, { carrier: "", number: "", name: "" });
  if (!draft) return null;
  return (
    <>
      <p>{t("ship.what", { date: day(of.deliver_by) })}</p>
      <Form
        action={act}
        submit={t("ship.do")}
        ready={draft.carrier !== "" && draft.number.trim() !== ""}
        onSubmit={() =>
          void act.go("/shipments", { carrier: draft.carrier as Carrier, tracking_number: draft.number.trim() })
        }
      >
        <CarrierFields value={draft} onChange={(it) => void change(it)} failure={act.failure} />
      </Form>
    </>
  );
}

/** V4: promise a later delivery, or protect for longer: later only, and the buyer is told. */
export function Extend() {
  return <OrderAct title={t("extend.title")}>{(of) => <ExtendBody of={of} />}</OrderAct>;
}

function ExtendBody({ of }: { of: Order }) {
  const act = useOrderAct(of, "extend");
  const free = useLimits(of.policy_version)?.days.promise_extension_at_most;
  const [draft, change] = useDraft(`extend/${of.id}`, { what: "", date: "" });
  if (!draft) return null;
  const running = !of.delivered_at && Date.parse(of.deliver_by) > now();
  const promise = running && draft.what !== "protection";
  const before = promise ? of.deliver_by : of.closes_at;
  const until = draft.date ? `${draft.date}T23:59:00Z` : "";
  return (
    <Form
      action={act}
      submit={t(promise ? "extend.do" : "extend.protection.do")}
      ready={until !== "" && Date.parse(until) > Date.parse(before)}
      onSubmit={() => {
        // Beyond a limit a later promise needs the buyer's consent, and is asked for.
        const said = (it: Answer) =>
          promise && (it.extensions as ExtensionRequest[]).at(-1)?.accepted === null ? "asked" : "extend";
        void act.go("/extensions", promise ? { deliver_by: until } : { closes_at: until }, said);
      }}
    >
      {running && (
        <Choices
          legend={t("extend.which")}
          name="what"
          value={promise ? "promise" : "protection"}
          onChoose={(what) => void change({ what })}
          choices={[
            { value: "promise", title: t("extend.promise"), text: t("extend.now", { date: moment(of.deliver_by) }) },
            {
              value: "protection",
              title: t("extend.protection"),
              text: t("extend.now", { date: moment(of.closes_at) }),
            },
          ]}
        />
      )}
      {!running && <p>{t("extend.protection.now", { date: moment(of.closes_at) })}</p>}
      <p class="soft">
        {t("extend.what")} {promise && free !== undefined && t("extend.free", { count: free })}
      </p>
      <Line label={t("extend.until")} type="date" value={draft.date} onInput={(date) => void change({ date })} />
    </Form>
  );
}

/** B2: the seller asks for more time than may be taken without the buyer's consent; the buyer agrees, or keeps to the date. */
export function Later() {
  return <OrderAct title={t("later.asked.buyer")}>{(of) => <LaterBody of={of} />}</OrderAct>;
}

function LaterBody({ of }: { of: Order }) {
  const asked = of.extensions.find((it) => it.accepted === null);
  const agree = useOrderAct(of, "later");
  const keep = useOrderAct(of, "kept");
  if (!asked) {
    return (
      <Empty icon="info" title={t("act.over")}>
        <p>{t("act.over.why")}</p>
        <a class="button primary" href={link(`/orders/${of.id}`)}>
          {t("order.to")}
        </a>
      </Empty>
    );
  }
  const path = `/extensions/${asked.number}/consent`;
  return (
    <>
      <p>{t("later.dates", { date: moment(asked.until), before: moment(of.deliver_by) })}</p>
      <p>{t("later.what", { date: day(asked.until) })}</p>
      <p class="soft">{t("later.silence", { date: day(of.deliver_by) })}</p>
      <Form
        action={agree}
        submit={t("later.yes", { date: day(asked.until) })}
        ready={!keep.busy}
        onSubmit={() => void agree.go(path, { accept: true })}
      />
      <Form
        action={keep}
        plain
        submit={t("later.no", { date: day(of.deliver_by) })}
        ready={!agree.busy}
        onSubmit={() => void keep.go(path, { accept: false })}
      />
    </>
  );
}
