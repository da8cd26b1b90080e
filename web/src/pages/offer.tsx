import { useEffect, useState } from "preact/hooks";
import type { Address, Dispute, OfferType } from "../api/schema";
import { useDraft } from "../data/drafts";
import { ActPage, useAct } from "../dispute/act";
import { AddressPicker } from "../dispute/address-picker";
import { Proof, proofOf } from "../dispute/proof";
import { allowed, me, offer, remedy, request } from "../dispute/view";
import { AmountField, Choices, Form, Text, typed } from "../parts/form";
import { decimal, money } from "../parts/money";
import { t } from "../words";
import { Side } from "./dispute";

/** B7, V2: ask for, or offer, something else. */
export function Offer() {
  const title = t(me() === "buyer" ? "act.counter" : "act.offer");
  return (
    <ActPage title={title} needs="propose">
      {(of) => <Body of={of} />}
    </ActPage>
  );
}

const EMPTY = { type: "", amount: "", note: "" };

function Body({ of }: { of: Dispute }) {
  const act = useAct(of, "offer");
  const [draft, change] = useDraft(`offer/${of.id}`, EMPTY);
  const [address, choose] = useState<Address | null>(null);
  const offers = allowed(of, "propose")?.options?.offers ?? [];
  const asked = request(of);
  const type = (draft?.type ||
    (offers.some((it) => it.type === asked.type) ? asked.type : offers[0]?.type) ||
    "refund") as OfferType;
  const taken = offers.find((it) => it.type === type);
  const most = taken?.maximum ?? of.maximum;
  const money_ = type.startsWith("refund");
  const amount = money_ ? typed(draft?.amount ?? "", most) : { ...most, minor: 0 };
  const gives = type.endsWith("with_return") && me() === "seller";
  const back = taken?.needs_return_address ?? false;
  const labels = gives && (taken?.needs_return_label || act.failure?.code === "return_label_required");
  const label = proofOf(of, "return_label");
  useEffect(() => {
    if (draft && draft.amount === "" && type.endsWith("with_return"))
      void change({ amount: decimal(most.minor, most.exponent) });
  }, [type, draft === null]);
  if (!draft) return null;
  const theirs = offer(of);
  return (
    <>
      {theirs && (
        <Side
          reason={of.claim.reason}
          title={t(
            theirs.by === "mediator"
              ? "sides.mediator"
              : theirs.by === "buyer"
                ? "sides.buyer.asks"
                : "sides.seller.offers",
          )}
          of={theirs}
        />
      )}
      <Form
        action={act}
        submit={
          amount && money_
            ? t(me() === "buyer" ? "offer.ask" : "offer.send", { amount: money(amount) })
            : t("offer.plain")
        }
        ready={
          amount !== null &&
          (amount.minor > 0 || !money_) &&
          (!back || address !== null) &&
          (!labels || label !== undefined)
        }
        onSubmit={() => {
          const body = {
            type,
            amount: { minor: amount!.minor, currency: amount!.currency },
            note: draft.note,
            ...(back ? { return_address: address } : {}),
            ...(gives && label ? { return_label: label.id } : {}),
          };
          void act.go("/proposals", body, "offered", of.version).then(async (done) => {
            if (done) await change(EMPTY);
          });
        }}
      >
        {offers.length > 1 && (
          <Choices
            legend={t(me() === "buyer" ? "offer.what.buyer" : "offer.what.seller")}
            name="type"
            value={type}
            onChoose={(it) => void change({ type: it, amount: "" })}
            choices={offers.map((it) => ({
              value: it.type,
              title: remedy("kind", it.type, of.claim.reason, {}, me() === "seller" ? ".seller" : ""),
              text: it.type.startsWith("refund") ? t("offer.most", { amount: money(it.maximum) }) : undefined,
            }))}
          />
        )}
        {money_ && (
          <AmountField
            label={t("amount")}
            most={most}
            value={draft.amount}
            onInput={(it) => void change({ amount: it })}
          />
        )}
        {back && <AddressPicker onChoose={choose} />}
        {labels && <Proof of={of} type="return_label" why={t("label.why")} pick={t("label.pick")} />}
        <Text label={t("offer.note")} value={draft.note} onInput={(note) => void change({ note })} rows={3} />
        <p class="soft">{t(me() === "seller" ? "offer.settles" : "offer.turn", { amount: money(asked.amount) })}</p>
      </Form>
    </>
  );
}
