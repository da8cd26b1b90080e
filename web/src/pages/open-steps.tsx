import type { GuaranteeNow, Issue, Order, Protection } from "../api/schema";
import { count, type Draft, EMPTY, kinds, most, picker, type StepProps, units } from "../dispute/opening";
import { remedy } from "../dispute/view";
import { moment } from "../parts/due";
import { Files } from "../parts/files";
import { AmountField, Text, typed } from "../parts/form";
import { Icon } from "../parts/icon";
import { money } from "../parts/money";
import { link } from "../parts/page";
import { Empty } from "../parts/states";
import { type Key, label, t } from "../words";

export const ISSUES: Issue[] = [
  "damaged",
  "defective",
  "wrong_item",
  "missing_parts",
  "wrong_quantity",
  "quality",
  "wrong_size_or_colour",
  "other",
];

export function Pick({ title, text, onPick }: { title: string; text?: string; onPick: () => void }) {
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
export function ReasonStep({
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
  // Two guarantees can answer to one reason: then each says which it is.
  const told = (it: GuaranteeNow) =>
    now.filter((one) => one.reason === it.reason).length > 1
      ? [
          label("Guarantee", it.guarantee),
          it.remedies[0]?.return_postage && t(`return.postage.${it.remedies[0].return_postage}`),
        ]
          .filter(Boolean)
          .join(". ")
      : t(`reason.text.${it.reason}` as Key);
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
              text={told(it)}
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

export function ItemsStep({ draft, order, of, change, on }: StepProps & { order: Order }) {
  const total = order.lines.reduce((sum, it) => sum + count(draft, of, it.id), 0);
  // A button at its end stays one that can have the focus, and does nothing.
  const set = (id: string, number: number) => {
    if (number >= 0 && number <= units(of, id)) void change({ items: { ...draft.items, [id]: number } });
  };
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
                <span class="stepper">
                  <button
                    type="button"
                    class="icon-button ring"
                    aria-label={t("items.less", { title: it.title })}
                    aria-disabled={number === 0}
                    onClick={() => set(it.id, number - 1)}
                  >
                    −
                  </button>
                  <output aria-live="polite">{number}</output>
                  <button
                    type="button"
                    class="icon-button ring"
                    aria-label={t("items.more", { title: it.title })}
                    aria-disabled={number >= units(of, it.id)}
                    onClick={() => set(it.id, number + 1)}
                  >
                    +
                  </button>
                </span>
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

export function WantStep({
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
                  })}
                {it.return_postage && <span class="block">{t(`return.postage.${it.return_postage}`)}</span>}
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

export function ShowStep({ draft, order, of, change, on }: StepProps & { order: Order }) {
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
