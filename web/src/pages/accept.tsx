import { useRef, useState } from "preact/hooks";
import { useRoute } from "preact-iso";
import type { Address, Dispute, Proposal } from "../api/schema";
import { ActPage, useAct } from "../dispute/act";
import { AddressPicker, DefaultAddress } from "../dispute/address-picker";
import { Proof, proofOf } from "../dispute/proof";
import { allowed, may, me, remedy } from "../dispute/view";
import { Form } from "../parts/form";
import { money } from "../parts/money";
import { link } from "../parts/page";
import { Banner } from "../parts/states";
import { t } from "../words";
import { Side } from "./dispute";

/** B7, V2: accept exactly the offer that is shown. If another one has replaced it, both are shown and nothing is accepted. */
export function Accept() {
  const { params } = useRoute();
  return (
    <ActPage title={t("accept.title")} needs="accept">
      {(of) => <Body key={params.proposal} of={of} seen={params.proposal!} />}
    </ActPage>
  );
}

/** What can be accepted now, the newest first. */
function open(of: Dispute): Proposal[] {
  const ids = (allowed(of, "accept")?.options?.proposals ?? []).map((it) => it.proposal_id);
  return of.proposals.filter((it) => ids.includes(it.id)).reverse();
}

function Body({ of, seen }: { of: Dispute; seen: string }) {
  const act = useAct(of, `accept/${seen}`);
  // What this page showed first is what is accepted, whatever the server says in between.
  const first = useRef(of.proposals.find((it) => it.id === seen));
  const [address, choose] = useState<Address | null>(null);
  const [changing, change] = useState(false);
  const shown = first.current;
  const now = open(of);
  const stale = !shown || !now.some((it) => it.id === seen);
  if (stale) {
    const newer = now[0];
    return (
      <>
        <Banner kind="warn" title={t("stale.title")}>
          <p>{t("stale.text")}</p>
        </Banner>
        <div class="sides">
          {shown && <Side reason={of.claim.reason} title={t("stale.before")} of={shown} />}
          {newer && newer.id !== seen && (
            <Side reason={of.claim.reason} title={t("stale.now")} of={newer} current={of.current_proposal} />
          )}
        </div>
        {newer && newer.id !== seen && may(of, "accept") && (
          <a class="button wide" href={link(`/disputes/${of.id}/accept/${newer.id}`)}>
            {t("stale.look")}
          </a>
        )}
        <a class="button quiet wide" href={link(`/disputes/${of.id}`)}>
          {t("dispute.to")}
        </a>
      </>
    );
  }
  const amount = money(shown.amount);
  const back = shown.type.endsWith("with_return");
  const mine = (allowed(of, "accept")?.options?.proposals ?? []).find((it) => it.proposal_id === seen);
  const gives = back && me() === "seller" && !shown.return_address && !of.return?.parcel;
  const asks = gives && mine?.needs_return_address === true;
  const labels = gives && (mine?.needs_return_label || act.failure?.code === "return_label_required");
  const label = proofOf(of, "return_label");
  const body = {
    ...(address ? { return_address: address } : {}),
    ...(gives && label ? { return_label: label.id } : {}),
  };
  return (
    <>
      <Side
        reason={of.claim.reason}
        title={t(
          shown.by === "mediator"
            ? "sides.mediator"
            : shown.by === "buyer"
              ? "sides.buyer.asks"
              : "sides.seller.offers",
        )}
        of={shown}
      />
      <p>{remedy("accept", shown.type, of.claim.reason, { amount }, `.${me()}`)}</p>
      <p>
        <b>
          {t(
            of.stage === "under_review" && shown.by === "mediator"
              ? "accept.both"
              : back
                ? "accept.ends.return"
                : "accept.ends",
          )}
        </b>
      </p>
      <Form
        action={act}
        submit={remedy("accept", shown.type, of.claim.reason, { amount })}
        ready={(!asks || address !== null) && (!labels || label !== undefined)}
        onSubmit={() => void act.go(`/proposals/${seen}/accept`, body, "accepted")}
      >
        {asks && <AddressPicker onChoose={choose} />}
        {gives && !asks && !changing && <DefaultAddress order={of.order_id} />}
        {gives && !asks && (
          <details
            class="more"
            onToggle={(it) => {
              change(it.currentTarget.open);
              if (!it.currentTarget.open) choose(null);
            }}
          >
            <summary>{t("address.change")}</summary>
            {changing && (
              <div class="form">
                <AddressPicker onChoose={choose} />
              </div>
            )}
          </details>
        )}
        {labels && <Proof of={of} type="return_label" why={t("label.why")} pick={t("label.pick")} />}
      </Form>
      <a class="button quiet wide" href={link(`/disputes/${of.id}`)}>
        {t("cancel")}
      </a>
    </>
  );
}
