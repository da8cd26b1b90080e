import type { DisputeSummary } from "../api/schema";
import { Due } from "../parts/due";
import { Icon } from "../parts/icon";
import { Money, money } from "../parts/money";
import { link } from "../parts/page";
import { type Key, label, t } from "../words";
import { me, missingInRow } from "./view";

/** What happens to a request that nobody answers. */
function granted(of: DisputeSummary): string {
  const amount = money(of.requested);
  const back = of.current_proposal?.type.endsWith("with_return");
  return t("deadline.request_granted", { amount: back ? t("deadline.back", { amount }) : amount });
}

/** A dispute in a list: what it is about, what is asked of whom, and until when. */
export function DisputeRow({ of, again }: { of: DisputeSummary; again: () => void }) {
  const asked = of.asked.find((it) => it.of === me()) ?? of.asked[0];
  const mine = asked?.of === me();
  return (
    <a class={`card press dispute-row ${mine ? "mine" : ""}`} href={link(`/disputes/${of.id}`)}>
      <span class="row-head">
        <b>{t(`reason.title.${of.reason}` as Key)}</b>
        <Money of={of.refund ?? of.requested} strong />
      </span>
      <span class="soft small title" dir="auto">
        {of.titles.join(", ")} · {me() === "buyer" ? (of.seller_name ?? of.seller_id) : of.buyer_id}
      </span>
      {of.stage === "resolved" ? (
        <span class="soft">{of.outcome && label("Outcome", of.outcome)}</span>
      ) : (
        <>
          <span class={mine ? "wants" : "soft"}>
            <Icon name={mine ? "alert" : "clock"} />{" "}
            {asked ? t(`asked.${mine ? "me" : "other"}.${asked.what}` as Key) : label("Stage", of.stage)}
          </span>
          {mine && of.stage === "opened" && me() === "seller" && <span class="soft small">{granted(of)}</span>}
          {missingInRow(of).length > 0 && (
            <span class="late">
              <Icon name="camera" />{" "}
              {t("evidence.wanted", {
                what: missingInRow(of)
                  .map((it) => label("EvidenceType", it))
                  .join(", "),
              })}
            </span>
          )}
          {(asked?.until ?? of.deadline) && <Due at={(asked?.until ?? of.deadline)!} over={again} />}
        </>
      )}
    </a>
  );
}
