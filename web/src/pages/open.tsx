import { useEffect } from "preact/hooks";
import { useLocation, useRoute } from "preact-iso";
import * as reads from "../api/reads";
import type { GuaranteeNow, Issue, OfferType, Order, Protection, Reason, Remedy } from "../api/schema";
import { useAction } from "../data/action";
import { sendAhead } from "../data/ahead";
import { draftOf, useDraft } from "../data/drafts";
import { readAgain, useRead } from "../data/query";
import { evidenceType, kindOf, upload } from "../data/uploads";
import { remedy } from "../dispute/view";
import { moment } from "../parts/due";
import { Files, type Picked } from "../parts/files";
import { AmountField, Form, Text, typed } from "../parts/form";
import { Icon } from "../parts/icon";
import { money } from "../parts/money";
import { link, Page, Shown } from "../parts/page";
import { Banner, Empty } from "../parts/states";
import { who } from "../session";
import { type Key, label, t } from "../words";

const ISSUES: Issue[] = [
  "damaged",
  "defective",
  "wrong_item",
  "missing_parts",
  "wrong_quantity",
  "quality",
  "wrong_size_or_colour",
  "other",
];
type Step = "reason" | "issue" | "items" | "want" | "show" | "check";

interface Draft {
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
const EMPTY: Draft = {
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

const scopeOf = (order: string) => `open/${order}`;
const chosen = (draft: Draft, protection: Protection) =>
  protection.guarantees.find((it) => it.reason === draft.reason && it.guarantee === draft.guarantee);

/** The questions that this claim needs: one that has a single answer is not asked. */
function steps(order: Order, of: GuaranteeNow | undefined): Step[] {
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

const kinds = (of: GuaranteeNow): Remedy[] =>
  of.remedies.filter((it, place, all) => all.findIndex((one) => one.type === it.type) === place);

function Flow({ order, protection, step }: { order: Order; protection: Protection; step: Step }) {
  const { route } = useLocation();
  const scope = scopeOf(order.id);
  const [draft, change] = useDraft<Draft>(scope, EMPTY);
  const of = draft ? chosen(draft, protection) : undefined;
  const all = draft ? steps(order, of) : [];
  const at = all.indexOf(step);
  const path = (name: Step) =>
    link(`/orders/${encodeURIComponent(order.id)}/dispute/new${name === "reason" ? "" : `/${name}`}`);
  useEffect(() => {
    // A page that the answers so far do not lead to: begin at the first question.
    if (draft && at < 0) route(path("reason"), true);
  }, [draft, at]);
  if (!draft || at < 0) return <Page title={t("open.reason")}>{null}</Page>;
  const answer = async (part: Partial<Draft>) => {
    await change(part);
    const next = { ...draft, ...part };
    const then = steps(order, chosen(next, protection));
    route(path(then[then.indexOf(step) + 1] ?? "check"));
  };
  const on = () => route(path(all[at + 1] ?? "check"));
  const back = at > 0 ? path(all[at - 1]!).slice(link("").length) : `/orders/${order.id}`;
  return (
    <Page
      key={step}
      title={t(`open.${step}`)}
      back={back}
      aside={<span class="soft small">{of && t("open.step", { at: at + 1, of: all.length })}</span>}
    >
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

function Pick({ title, text, onPick }: { title: string; text?: string; onPick: () => void }) {
  return (
    <button type="button" class="choice" onClick={onPick}>
      <span>
        <b>{title}</b>
        {text && <span class="soft block">{text}</span>}
      </span>
      <Icon name="next" />
    </button>
  );
}

/** The reasons that apply now are buttons; of the others it is said why they do not, or from when. */
function ReasonStep({
  order,
  protection,
  answer,
}: {
  order: Order;
  protection: Protection;
  answer: (part: Partial<Draft>) => void;
}) {
  const offered = protection.guarantees.filter((it) => it.offered);
  const now = offered.filter((it) => it.applies);
  const later = offered.filter((it) => !it.applies);
  const open = order.disputes.filter((it) => it.stage !== "resolved");
  return (
    <>
      {open.length > 0 && (
        <a class="button wide" href={link(`/disputes/${open[0]!.id}`)}>
          {t("order.dispute")} <Icon name="next" />
        </a>
      )}
      {now.length === 0 && (
        <Empty icon="shield" title={t("open.nothing")}>
          <p>{t("open.nothing.why")}</p>
        </Empty>
      )}
      {now.length > 0 && (
        <div class="choices">
          {now.map((it) => (
            <Pick
              key={it.guarantee}
              title={t(`reason.title.${it.reason}` as Key)}
              text={t(`reason.text.${it.reason}` as Key)}
              onPick={() => void answer({ ...EMPTY, reason: it.reason, guarantee: it.guarantee })}
            />
          ))}
        </div>
      )}
      {later.length > 0 && (
        <section class="card quiet">
          <h2>{t("open.notnow")}</h2>
          <ul class="rows">
            {later.map((it) => (
              <li key={it.guarantee} class="row start">
                <Icon name="info" />
                <span class="grow">
                  <b>{t(`reason.title.${it.reason}` as Key)}</b>
                  <span class="soft block" dir="auto">
                    {it.opens_at && t("open.from", { date: moment(it.opens_at) })} {it.explanation}
                  </span>
                </span>
              </li>
            ))}
          </ul>
        </section>
      )}
    </>
  );
}

interface StepProps {
  draft: Draft;
  of: GuaranteeNow;
  change: (part: Partial<Draft>) => Promise<void>;
  on: () => void;
}

const units = (of: GuaranteeNow, line: string) => of.lines.find((it) => it.line_id === line && it.applies)?.units ?? 0;
const count = (draft: Draft, of: GuaranteeNow, line: string) => draft.items[line] ?? units(of, line);

function ItemsStep({ draft, order, of, change, on }: StepProps & { order: Order }) {
  const total = order.lines.reduce((sum, it) => sum + count(draft, of, it.id), 0);
  const set = (id: string, number: number) => void change({ items: { ...draft.items, [id]: number } });
  return (
    <>
      <ul class="cards">
        {order.lines
          .filter((it) => units(of, it.id) > 0)
          .map((it) => {
            const number = count(draft, of, it.id);
            return (
              <li key={it.id} class="card row">
                <span class="grow" dir="auto">
                  {it.title}
                </span>
                <button
                  type="button"
                  class="icon-button ring"
                  aria-label={t("items.less", { title: it.title })}
                  disabled={number === 0}
                  onClick={() => set(it.id, number - 1)}
                >
                  −
                </button>
                <output aria-live="polite">{number}</output>
                <button
                  type="button"
                  class="icon-button ring"
                  aria-label={t("items.more", { title: it.title })}
                  disabled={number >= units(of, it.id)}
                  onClick={() => set(it.id, number + 1)}
                >
                  +
                </button>
              </li>
            );
          })}
      </ul>
      <button type="button" class="button primary wide" aria-disabled={total === 0} onClick={() => total > 0 && on()}>
        {t("next")}
      </button>
    </>
  );
}

/** The most that can be asked for what was chosen. The server has the last word. */
function most(draft: Draft, order: Order, of: GuaranteeNow, remedy: Remedy) {
  const all = order.lines.every((it) => count(draft, of, it.id) === it.quantity);
  if (all) return remedy.maximum;
  const sum = order.lines.reduce((minor, it) => minor + it.unit_price.minor * count(draft, of, it.id), 0);
  return { ...remedy.maximum, minor: Math.min(sum, remedy.maximum.minor) };
}

function WantStep({
  draft,
  order,
  of,
  change,
  answer,
  on,
}: StepProps & { order: Order; answer: (part: Partial<Draft>) => void }) {
  const remedies = kinds(of);
  const part =
    draft.type === "refund" && of.reason === "not_as_described"
      ? remedies.find((it) => it.type === "refund")
      : undefined;
  const limit = part && most(draft, order, of, part);
  const amount = limit && typed(draft.amount, limit);
  return (
    <>
      <div class="choices">
        {remedies.map((it) => (
          <button
            key={it.type}
            type="button"
            class="choice"
            aria-pressed={part?.type === it.type}
            onClick={() =>
              it.type === "refund" && of.reason === "not_as_described"
                ? void change({ type: it.type, amount: "" })
                : void answer({ type: it.type, amount: "" })
            }
          >
            <span>
              <b>{remedy("kind", it.type, of.reason)}</b>
              <span class="soft block">
                {it.type.startsWith("refund") &&
                  t(it.type === "refund" && of.reason === "not_as_described" ? "offer.most" : "want.full", {
                    amount: money(most(draft, order, of, it)),
                  })}{" "}
                {it.return_postage && t(`return.postage.${it.return_postage}`)}
              </span>
            </span>
            <Icon name="next" />
          </button>
        ))}
      </div>
      {limit && (
        <form
          class="form card"
          onSubmit={(event) => {
            event.preventDefault();
            if (amount && amount.minor > 0) on();
          }}
        >
          <AmountField
            label={t("want.amount")}
            most={limit}
            value={draft.amount}
            onInput={(it) => void change({ amount: it })}
          />
          <button type="submit" class="button primary wide" aria-disabled={!amount || amount.minor === 0}>
            {t("next")}
          </button>
        </form>
      )}
    </>
  );
}

const typeOf = (it: Picked) => evidenceType(kindOf({ type: it.file.type, name: it.name }));

/** Takes the files that were picked, and sends the new ones ahead while the person goes on. */
function picker(order: string, draft: Draft, change: StepProps["change"]): (files: Picked[]) => void {
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

function ShowStep({ draft, order, of, change, on }: StepProps & { order: Order }) {
  const pick = picker(order.id, draft, change);
  const needed = of.evidence.buyer.required.map((it) => label("EvidenceType", it)).join(", ");
  return (
    <>
      <p>{t("show.needed", { what: needed })}</p>
      <Files label={t("files.pick")} files={draft.files} onChange={pick} />
      <Text label={t("show.words")} value={draft.description} onInput={(description) => void change({ description })} />
      <button type="button" class={`button wide ${draft.files.length > 0 ? "primary" : ""}`} onClick={on}>
        {t(draft.files.length > 0 ? "next" : "show.later")}
      </button>
    </>
  );
}

type CheckProps = Omit<StepProps, "on"> & { order: Order; path: (step: Step) => string; all: Step[]; scope: string };

function CheckStep({ draft, order, of, change, path, all, scope }: CheckProps) {
  const { route } = useLocation();
  const action = useAction(scope);
  const pick = picker(order.id, draft, change);
  const remedies = kinds(of);
  const wanted = remedies.find((it) => it.type === draft.type) ?? remedies[0]!;
  const limit = most(draft, order, of, wanted);
  const partly = draft.type === "refund" && draft.amount !== "";
  const amount = partly ? typed(draft.amount, limit) : limit;
  const items = order.lines.filter((it) => count(draft, of, it.id) > 0);
  const whole = order.lines.every((it) => count(draft, of, it.id) === it.quantity);
  const attest = of.reason === "no_longer_wanted";
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
    const id = String(answer.id ?? `${order.id}-d1`);
    for (const it of draft.files.filter((one) => !one.uploadId)) await upload(id, it.file, it.name, typeOf(it), "");
    await change(EMPTY);
    const mine = who.value!.id;
    await Promise.all(["order", "orders", "disputes", "protection"].map((it) => readAgain([mine, it])));
    route(link(`/disputes/${id}?done=opened`), true);
  }
  const row = (name: string, value: string, step?: Step) => (
    <div class="row">
      <span class="grow">
        <dt class="soft small">{name}</dt>
        <dd dir="auto" class="words">
          {value}
        </dd>
      </span>
      {step && all.includes(step) && (
        <a href={path(step)} class="change">
          {t("change")}
        </a>
      )}
    </div>
  );
  return (
    <Form action={action} submit={t("check.send")} ready={!attest || draft.attests} onSubmit={() => void send()}>
      {action.failure?.problem.opens_at && (
        <Banner kind="info" title={t("open.from", { date: moment(action.failure.problem.opens_at) })} />
      )}
      <dl class="card rows">
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
        {row(
          t("open.want"),
          `${remedy("kind", wanted.type, of.reason)}${amount && wanted.type.startsWith("refund") ? `: ${money(amount)}` : ""}`,
          "want",
        )}
        {draft.files.length > 0 && row(t("evidence.title"), t("files.count", { count: draft.files.length }), "show")}
        {draft.description && all.includes("show") && row(t("claim.words"), draft.description, "show")}
      </dl>
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
      <p class="soft">{t(attest ? "check.next.return" : "check.next")}</p>
    </Form>
  );
}
