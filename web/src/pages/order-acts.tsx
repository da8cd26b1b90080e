import type { ComponentChildren } from "preact";
import { useLocation, useRoute } from "preact-iso";
import * as reads from "../api/reads";
import type { Carrier, Order } from "../api/schema";
import { useAction } from "../data/action";
import { useDraft } from "../data/drafts";
import { useLimits } from "../data/limits";
import { readAgain, useRead } from "../data/query";
import { CarrierFields } from "../dispute/carrier-fields";
import { day, moment } from "../parts/due";
import { Form, Line } from "../parts/form";
import { link, Page, Shown } from "../parts/page";
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
    async go(path: string, body: object) {
      const answer = await action.run({ path: `/orders/${encodeURIComponent(of.id)}${path}`, body });
      if (!answer) return false;
      const mine = who.value!.id;
      await Promise.all(["order", "orders", "protection"].map((it) => readAgain([mine, it])));
      route(link(`/orders/${of.id}?done=${name}`), true);
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
  const [draft, change] = useDraft(`extend/${of.id}`, { date: "" });
  if (!draft) return null;
  const until = draft.date ? `${draft.date}T23:59:00Z` : "";
  const ready = until !== "" && Date.parse(until) > Date.parse(of.deliver_by);
  return (
    <>
      <p>{t("extend.what", { date: moment(of.deliver_by) })}</p>
      <Form
        action={act}
        submit={t("extend.do")}
        ready={ready}
        onSubmit={() => void act.go("/extensions", { deliver_by: until })}
      >
        <Line label={t("extend.until")} type="date" value={draft.date} onInput={(date) => void change({ date })} />
      </Form>
    </>
  );
}
