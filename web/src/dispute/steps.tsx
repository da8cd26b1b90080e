import type { Dispute } from "../api/schema";
import { t } from "../words";

const STEPS = ["seller", "talk", "mediator", "done"] as const;

/** The way of a dispute in four steps, five with a return, and where it is on it. */
export function Steps({ of }: { of: Dispute }) {
  const back = of.return !== null || of.stage === "awaiting_return" || of.stage === "return_in_transit";
  const steps = back ? (["seller", "talk", "mediator", "return", "done"] as const) : STEPS;
  const place: Record<string, string> = {
    opened: "seller",
    negotiating: "talk",
    under_review: "mediator",
    decided: "mediator",
    awaiting_return: "return",
    return_in_transit: "return",
    awaiting_replacement: "done",
    resolved: "done",
  };
  const at = steps.indexOf((place[of.stage] ?? "talk") as never);
  const skipped = (name: string) =>
    name === "mediator" && of.escalated_at === null && at > steps.indexOf("mediator" as never);
  return (
    <ol class="steps" aria-label={t("steps.title")}>
      {steps.map((name, number) => (
        <li
          key={name}
          class={number < at ? (skipped(name) ? "skipped" : "past") : number === at ? "here" : ""}
          aria-current={number === at ? "step" : undefined}
        >
          <span>{t(`steps.${name}`)}</span>
        </li>
      ))}
    </ol>
  );
}
