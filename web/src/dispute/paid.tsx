import * as reads from "../api/reads";
import type { Dispute, Ledger } from "../api/schema";
import { SELDOM, useRead } from "../data/query";
import { Icon } from "../parts/icon";
import { money } from "../parts/money";
import { t } from "../words";

type Payment = "pending" | "settled" | "failed";

/** Returns how far the refund of a dispute is. Agreed is not paid: the payment provider has the last word. */
export function usePaid(of: Dispute): Payment | null {
  const due = of.stage === "resolved" && of.refund !== null && of.refund.minor > 0;
  const read = useRead({ ...reads.ledger(of.order_id), enabled: due, every: SELDOM });
  return due && read.data ? state(read.data, of.id) : null;
}

export function Paid({ of, found }: { of: Dispute; found: Payment }) {
  const amount = money(of.refund!);
  return (
    <p class={`paid ${found}`}>
      <Icon name={found === "settled" ? "check" : found === "failed" ? "alert" : "clock"} />{" "}
      <span>{t(`paid.${found}`, { amount })}</span>
    </p>
  );
}

/** Returns the state of the refunds that a dispute caused: failed before pending before settled. */
function state(of: Ledger, dispute: string): Payment | null {
  const entries = of.entries.filter((it) => it.movement === "refund" && it.cause === dispute).map((it) => it.number);
  const states = of.payment_instructions.filter((it) => entries.includes(it.entry)).map((it) => it.status);
  return (["failed", "pending", "settled"] as const).find((it) => states.includes(it)) ?? null;
}
