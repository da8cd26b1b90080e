import type { Dispute, DisputeSummary, EvidenceType, InformationRequest, Proposal, Reason } from "../api/schema";
import { money } from "../parts/money";
import { who } from "../session";
import { hasLabel, type Key, t } from "../words";

export type Party = "buyer" | "seller";
export const me = (): Party => who.value!.role as Party;
export const other = (party: Party): Party => (party === "buyer" ? "seller" : "buyer");

/** Returns whether the person may do this now. The server alone decides; nothing is worked out here. */
export const may = (of: Dispute, action: string): boolean => of.allowed_actions.some((it) => it.action === action);
export const allowed = (of: Dispute, action: string) => of.allowed_actions.find((it) => it.action === action);

/** The reasons about which there are disputes. One that is missing here does not compile. */
export const REASONS = Object.keys({
  not_received: true,
  not_as_described: true,
  counterfeit: true,
  no_longer_wanted: true,
  unauthorised_charge: true,
} satisfies Record<Reason, true>);

const OPEN_TO_EVIDENCE = ["opened", "negotiating", "under_review"];

/** What this person is required to show and has not shown, while it can still make a difference. */
export const missing = (of: Dispute): EvidenceType[] =>
  OPEN_TO_EVIDENCE.includes(of.stage) ? of.missing_evidence[me()] : [];

/** The same of a dispute in a list. */
export const missingInRow = (of: DisputeSummary): EvidenceType[] =>
  OPEN_TO_EVIDENCE.includes(of.stage) ? of.missing_evidence_mine : [];

/** The questions of a mediator that wait for this person. */
export const questions = (of: Dispute): InformationRequest[] =>
  of.information_requests.filter((it) => it.to === me() && !it.answered_at && !it.lapsed);

export const request = (of: Dispute): Proposal =>
  of.proposals.find((it) => it.id === of.request_id) ?? of.proposals[0]!;

/** The offer on the table that is not the person's own. */
export function offer(of: Dispute): Proposal | null {
  const current = of.current_proposal;
  return current && current.by !== me() ? current : null;
}

/**
 * Returns a text about a remedy. One for what never arrived has words of its own: nobody keeps what is not there.
 * `after` is the rest of the text's name.
 */
export function remedy(
  prefix: "kind" | "type" | "terms" | "accept",
  type: string,
  reason: string,
  values = {},
  after = "",
): string {
  const lost = reason === "not_received" && !type.endsWith("with_return") ? ".lost" : "";
  return t(`${prefix}.${type}${hasLabel(prefix, `${type}${lost}${after}`) ? lost : ""}${after}` as Key, values);
}

/** What a proposal is, in a few words: `€60.00, and the item stays with the buyer`. */
export const terms = (it: Pick<Proposal, "type" | "amount">, reason: string): string =>
  remedy("terms", it.type, reason, { amount: money(it.amount) });

export type Mood = "act" | "wait" | "good" | "closed";

export interface Standing {
  mood: Mood;
  title: string;
  text: string;
  /** When it changes by itself, and what the time is for. */
  due: string | null;
}

/** What the page says beside the server's words on what happens by itself: what can be done. */
const GUIDED = new Set([
  "offer",
  "turn",
  "question",
  "review",
  "review.taken",
  "review.offer",
  "decided",
  "returned.seller",
  "shown.buyer",
]);

/** What happens if nobody acts in time, with what it comes to. */
export function silence(of: Dispute): string {
  const then = of.on_deadline;
  if (!then || !hasLabel("deadline", then.what)) return "";
  const back = then.to === "awaiting_return" || then.to === "awaiting_replacement";
  const amount = then.refund && then.refund.minor > 0 ? money(then.refund) : t("deadline.nothing");
  return t(`deadline.${then.what}` as Key, { amount: back && then.refund ? t("deadline.back", { amount }) : amount });
}

/** What a person is asked, in the words of the API, and the sentence that says so. */
const ASKED: Record<string, string> = {
  answer_claim: "opened.seller",
  negotiate: "turn",
  answer_question: "question",
  ship_return: "return.buyer",
  acknowledge_return: "returned.seller",
  ship_replacement: "replacement.seller",
  accept_or_appeal: "decided",
  object_to_delivery: "shown.buyer",
};

/** Says in a sentence where a dispute stands for this person, whose turn it is, and until when. */
export function standing(of: Dispute): Standing {
  const mine = me();
  const asked = of.asked.find((it) => it.of === mine);
  const told = (
    mood: Mood,
    key: string,
    due: string | null = of.asked[0]?.until ?? of.deadline,
    values = {},
  ): Standing => ({
    mood,
    title: t(`now.${key}` as Key, values),
    text: of.stage === "resolved" || GUIDED.has(key) || !silence(of) ? t(`now.${key}.text` as Key, values) : "",
    due,
  });
  if (of.stage === "resolved") return resolved(of, told);
  if (asked)
    return told("act", asked.what === "negotiate" && offer(of) ? "offer" : (ASKED[asked.what] ?? "asked"), asked.until);
  if (of.delivery_notice) return told("wait", "shown.seller");
  switch (of.stage) {
    case "opened":
      return told("wait", "opened.buyer");
    case "negotiating":
      return told("wait", `turn.${other(mine)}`);
    case "under_review":
      if (offer(of) && !of.accepted_by.includes(mine)) return told("act", "review.offer", of.deadline);
      return told("wait", of.mediator_id ? "review.taken" : "review", of.deadline);
    case "awaiting_return":
      return told("wait", "return.seller");
    case "return_in_transit":
      return told("wait", mine === "buyer" ? "returning.buyer" : "returning.seller");
    case "awaiting_replacement":
      return told("wait", of.replacement?.scanned_at ? "replacement.coming" : "replacement.buyer");
    case "decided":
      return told("wait", "decided.accepted");
    default:
      return told("wait", "other");
  }
}

function resolved(
  of: Dispute,
  told: (mood: Mood, key: string, due?: string | null, values?: object) => Standing,
): Standing {
  const amount = of.refund && of.refund.minor > 0 ? money(of.refund) : "";
  const mine = me();
  if (of.outcome === "withdrawn")
    return told("closed", mine === "buyer" ? "withdrawn.buyer" : "withdrawn.seller", null);
  if (of.outcome === "expired") return told("closed", "expired", null);
  if (amount) return told("good", mine === "buyer" ? "refunded.buyer" : "refunded.seller", null, { amount });
  return told("closed", of.basis === "carrier_shows_delivered" ? "delivered" : "norefund", null);
}
