import type { GuaranteeNow, Issue, OfferType, Order, Protection, Reason, Remedy } from "../api/schema";
import { sendAhead } from "../data/ahead";
import { draftOf } from "../data/drafts";
import { evidenceType, kindOf } from "../data/uploads";
import type { Picked } from "../parts/files";

export type Step = "reason" | "issue" | "items" | "want" | "show" | "check";

export interface Draft {
  reason: Reason | "";
  guarantee: string;
  issue: Issue | "";
  items: Record<string, number>;
  type: OfferType | "";
  amount: string;
  attests: boolean;
  description: string;
  files: Picked[];
}
export const EMPTY: Draft = {
  reason: "",
  guarantee: "",
  issue: "",
  items: {},
  type: "",
  amount: "",
  attests: false,
  description: "",
  files: [],
};

export const scopeOf = (order: string) => `open/${order}`;
export const chosen = (draft: Draft, protection: Protection) =>
  protection.guarantees.find((it) => it.reason === draft.reason && it.guarantee === draft.guarantee);

/** The questions that this claim needs: one that has a single answer is not asked. */
export function steps(order: Order, of: GuaranteeNow | undefined): Step[] {
  const found: Step[] = ["reason"];
  if (!of) return found;
  if (of.reason === "not_as_described") found.push("issue");
  const units = order.lines.reduce((sum, it) => sum + it.quantity, 0);
  if (units > 1 && of.reason !== "not_received") found.push("items");
  if (kinds(of).length > 1) found.push("want");
  if (of.evidence.buyer.required.length > 0) found.push("show");
  found.push("check");
  return found;
}

export const kinds = (of: GuaranteeNow): Remedy[] =>
  of.remedies.filter((it, place, all) => all.findIndex((one) => one.type === it.type) === place);

export interface StepProps {
  draft: Draft;
  of: GuaranteeNow;
  change: (part: Partial<Draft>) => Promise<void>;
  on: () => void;
}

export const units = (of: GuaranteeNow, line: string) =>
  of.lines.find((it) => it.line_id === line && it.applies)?.units ?? 0;
export const count = (draft: Draft, of: GuaranteeNow, line: string) => draft.items[line] ?? units(of, line);

/** The most that can be asked for what was chosen. The server has the last word. */
export function most(draft: Draft, order: Order, of: GuaranteeNow, remedy: Remedy) {
  const all = order.lines.every((it) => count(draft, of, it.id) === it.quantity);
  if (all) return remedy.maximum;
  const sum = order.lines.reduce((minor, it) => minor + it.unit_price.minor * count(draft, of, it.id), 0);
  return { ...remedy.maximum, minor: Math.min(sum, remedy.maximum.minor) };
}

export const typeOf = (it: Picked) => evidenceType(kindOf({ type: it.file.type, name: it.name }));

/** Takes the files that were picked, and sends the new ones ahead while the person goes on. */
export function picker(order: string, draft: Draft, change: StepProps["change"]): (files: Picked[]) => void {
  return (files) => {
    void change({ files });
    for (const it of files.filter((one) => !draft.files.includes(one))) {
      void sendAhead(order, it.id, it.file, typeOf(it)).then(async (uploadId) => {
        const now = await draftOf<Draft>(scopeOf(order));
        if (uploadId && now)
          await change({ files: now.files.map((one) => (one.id === it.id ? { ...one, uploadId } : one)) });
      });
    }
  };
}
