import { useEffect } from "preact/hooks";
import { useLocation, useRoute } from "preact-iso";
import * as reads from "../api/reads";
import type { Order, Protection } from "../api/schema";
import { useDraft } from "../data/drafts";
import { useRead } from "../data/query";
import { chosen, type Draft, EMPTY, type Step, scopeOf, steps } from "../dispute/opening";
import { link, Page, Shown } from "../parts/page";
import { label, t } from "../words";
import { CheckStep } from "./open-check";
import { ISSUES, ItemsStep, Pick, ReasonStep, ShowStep, WantStep } from "./open-steps";

/** B5: open a dispute, one question a page. What was answered is kept until it is sent, whatever happens to the tab. */
export function Open() {
  const { params } = useRoute();
  const id = params.id!;
  const order = useRead(reads.order(id));
  const protection = useRead(reads.protection(id));
  const both = order.data && protection.data;
  if (!both) {
    return (
      <Page title={t("open.reason")} back={`/orders/${id}`} backWords={t("order.to")}>
        <Shown read={protection}>{() => <Shown read={order}>{() => null}</Shown>}</Shown>
      </Page>
    );
  }
  return <Flow order={order.data!} protection={protection.data!} step={(params.step || "reason") as Step} />;
}

function Flow({ order, protection, step }: { order: Order; protection: Protection; step: Step }) {
  const { query, route } = useLocation();
  const scope = scopeOf(order.id);
  const [draft, change] = useDraft<Draft>(scope, EMPTY);
  const of = draft ? chosen(draft, protection) : undefined;
  const all = draft ? steps(order, of) : [];
  const at = all.indexOf(step);
  const path = (name: Step) =>
    link(`/orders/${encodeURIComponent(order.id)}/dispute/new${name === "reason" ? "" : `/${name}`}`);
  const answer = async (part: Partial<Draft>, instead = false) => {
    await change(part);
    const next = { ...draft!, ...part };
    const then = steps(order, chosen(next, protection));
    route(path(then[then.indexOf(step) + 1] ?? "check"), instead);
  };
  useEffect(() => {
    // A page that the answers so far do not lead to: begin at the first question.
    if (draft && at < 0) route(path("reason"), true);
  }, [draft, at]);
  useEffect(() => {
    // From the page on what is covered: the first question is answered already.
    const begun = protection.guarantees.find((it) => it.guarantee === query.guarantee && it.applies);
    if (draft && begun) void answer({ ...EMPTY, reason: begun.reason, guarantee: begun.guarantee }, true);
  }, [draft === null, query.guarantee]);
  if (!draft || at < 0) return <Page title={t("open.reason")}>{null}</Page>;
  const on = () => route(path(all[at + 1] ?? "check"));
  const back = at > 0 ? path(all[at - 1]!).slice(link("").length) : `/orders/${order.id}`;
  return (
    <Page key={step} title={t(`open.${step}`)} back={back} aside={of && t("open.step", { at: at + 1, of: all.length })}>
      {step === "reason" && <ReasonStep order={order} protection={protection} answer={answer} />}
      {step === "issue" && (
        <div class="choices">
          {ISSUES.map((it) => (
            <Pick key={it} title={label("Issue", it)} onPick={() => void answer({ issue: it })} />
          ))}
        </div>
      )}
      {step === "items" && <ItemsStep draft={draft} order={order} of={of!} change={change} on={on} />}
      {step === "want" && <WantStep draft={draft} order={order} of={of!} change={change} answer={answer} on={on} />}
      {step === "show" && <ShowStep draft={draft} order={order} of={of!} change={change} on={on} />}
      {step === "check" && (
        <CheckStep draft={draft} order={order} of={of!} change={change} path={path} all={all} scope={scope} />
      )}
    </Page>
  );
}
