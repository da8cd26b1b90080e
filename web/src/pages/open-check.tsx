import { useLocation } from "preact-iso";
import type { Order } from "../api/schema";
import { useAction } from "../data/action";
import { now } from "../data/clock";
import type { Answer } from "../data/intents";
import { useLimits } from "../data/limits";
import { readAgain } from "../data/query";
import { count, EMPTY, kinds, most, picker, type Step, type StepProps } from "../dispute/opening";
import { remedy } from "../dispute/view";
import { moment } from "../parts/due";
import { Files } from "../parts/files";
import { Form, Text, typed } from "../parts/form";
import { money } from "../parts/money";
import { link } from "../parts/page";
import { Banner } from "../parts/states";
import { who } from "../session";
import { type Key, label, t } from "../words";

const A_DAY = 86_400_000;

export type CheckProps = Omit<StepProps, "on"> & {
  order: Order;
  path: (step: Step) => string;
  all: Step[];
  scope: string;
};

export function CheckStep({ draft, order, of, change, path, all, scope }: CheckProps) {
  const { route } = useLocation();
  const action = useAction(scope, sent);
  const pick = picker(order.id, draft, change);
  const remedies = kinds(of);
  const wanted = remedies.find((it) => it.type === draft.type) ?? remedies[0]!;
  const limit = most(draft, order, of, wanted);
  const partly = draft.type === "refund" && draft.amount !== "";
  const amount = partly ? typed(draft.amount, limit) : limit;
  const items = order.lines.filter((it) => count(draft, of, it.id) > 0);
  const whole = order.lines.every((it) => count(draft, of, it.id) === it.quantity);
  const attest = of.reason === "no_longer_wanted";
  const days = useLimits(order.policy_version)?.days.seller_answer;
  const sum = amount && wanted.type.startsWith("refund") ? money(amount) : "";
  const asked = `${remedy("kind", wanted.type, of.reason)}${sum && `: ${sum}`}`;
  async function send() {
    const ahead = draft.files.filter((it) => it.uploadId);
    const body = {
      reason: draft.reason,
      ...(draft.issue ? { issue: draft.issue } : {}),
      ...(whole ? {} : { items: items.map((it) => ({ line_id: it.id, quantity: count(draft, of, it.id) })) }),
      ...(draft.description.trim() ? { description: draft.description.trim() } : {}),
      ...(attest ? { attests_unused: draft.attests } : {}),
      ...(draft.type ? { request_type: draft.type } : {}),
      ...(ahead.length > 0 ? { evidence: ahead.map((it) => it.uploadId) } : {}),
      ...(partly && amount ? { request_amount: { minor: amount.minor, currency: amount.currency } } : {}),
    };
    const answer = await action.run({ path: `/orders/${encodeURIComponent(order.id)}/disputes`, body });
    // What was sent ahead is kept for a day only: it is sent again after the opening.
    if (!answer) return change({ files: draft.files.map((it) => ({ ...it, uploadId: undefined })) });
    await sent(answer);
  }
  async function sent(answer: Answer) {
    const id = String(answer.id ?? `${order.id}-d1`);
    await change(EMPTY);
    const mine = who.value!.id;
    await Promise.all(["order", "orders", "disputes", "protection"].map((it) => readAgain([mine, it])));
    route(link(`/disputes/${id}?done=opened`), true);
  }
  const row = (name: string, value: string, step?: Step) => (
    <li class="row">
      <span class="grow">
        <span class="soft small block">{name}</span>
        <span dir="auto" class="words">
          {value}
        </span>
      </span>
      {step && all.includes(step) && (
        <a href={path(step)} class="change">
          {t("change")}
        </a>
      )}
    </li>
  );
  return (
    <Form action={action} submit={t("check.send")} ready={!attest || draft.attests} onSubmit={() => void send()}>
      {action.failure?.problem.opens_at && (
        <Banner kind="info" title={t("open.from", { date: moment(action.failure.problem.opens_at) })} />
      )}
      <ul class="card rows">
        {row(
          t("open.reason"),
          t(`reason.title.${of.reason}` as Key) + (draft.issue ? `: ${label("Issue", draft.issue)}` : ""),
          draft.issue ? "issue" : "reason",
        )}
        {row(
          t("open.items"),
          items.map((it) => (it.quantity > 1 ? `${count(draft, of, it.id)} × ${it.title}` : it.title)).join(", "),
          "items",
        )}
        {row(t("open.want"), asked, "want")}
        {draft.files.length > 0 && row(t("evidence.title"), t("files.count", { count: draft.files.length }), "show")}
        {draft.description && all.includes("show") && row(t("claim.words"), draft.description, "show")}
      </ul>
      {!all.includes("show") && (
        <details class="more" open={draft.description !== "" || draft.files.length > 0}>
          <summary>{t("check.more")}</summary>
          <div class="form">
            <Text
              label={t("show.words")}
              value={draft.description}
              onInput={(description) => void change({ description })}
            />
            <Files label={t("files.pick")} files={draft.files} onChange={pick} />
          </div>
        </details>
      )}
      {attest && (
        <label class="tick choice">
          <input
            type="checkbox"
            checked={draft.attests}
            onChange={(it) => void change({ attests: it.currentTarget.checked })}
          />
          {t("check.unused")}
        </label>
      )}
      <p class="soft">
        {attest
          ? t("check.next.return")
          : days !== undefined && t("check.next", { date: moment(now() + days * A_DAY), what: asked })}
      </p>
    </Form>
  );
}
