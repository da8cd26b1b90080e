import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { Money as Amount, CaseFile, OfferTaken } from "../../api/schema";
import { useAction } from "../../data/action";
import { now } from "../../data/clock";
import { dropDraft, useDraft } from "../../data/drafts";
import { useLimits } from "../../data/limits";
import { AddressFields } from "../../dispute/address-picker";
import { allowed, terms } from "../../dispute/view";
import { moment } from "../../parts/due";
import { AmountField, Text, typed } from "../../parts/form";
import { Icon } from "../../parts/icon";
import { money } from "../../parts/money";
import { Banner, Refusal } from "../../parts/states";
import { label, t } from "../../words";
import { type Shortcut, useKeys } from "../keys";
import { changed } from "./acts";
import { joined } from "./ask";
import { Changed, useSeen } from "./changed";
import type { PaneProps } from "./pane";
import { Replies } from "./replies";
import { d } from "./words";

const EMPTY = {
  finding: "",
  type: "",
  part: "" as "" | "nothing" | "part" | "all",
  amount: "",
  rationale: "",
  /** The version of the case when this was begun. */
  version: 0,
  address: { name: "", lines: [""], city: "", postal_code: "", country: "" },
};
type Draft = typeof EMPTY;
const PARTS = ["nothing", "part", "all"] as const;
const STEPS = ["finding", "type", "amount", "rationale"] as const;

/** M4: decides in five steps: what was found, how, how much, why, and a check that says in words what both get. */
export function Decide(props: PaneProps) {
  const of = props.of.dispute;
  const [draft, change] = useDraft<Draft>(`decide/${of.id}`, EMPTY);
  if (!draft) return null;
  const options = allowed(of, "decide")?.options;
  if (!options) return <p class="soft">{d("decide.over")}</p>;
  return (
    <Steps {...props} draft={draft} change={change} offers={options.offers ?? []} findings={options.findings ?? []} />
  );
}

interface StepsProps extends PaneProps {
  draft: Draft;
  change: (part: Partial<Draft>) => Promise<void>;
  offers: OfferTaken[];
  findings: string[];
}

/** Returns what is decided to be paid; null while it is not known, or not possible. */
function chosen(draft: Draft, offer: OfferTaken | undefined): Amount | null {
  if (!offer) return null;
  if (!offer.type.startsWith("refund")) return offer.maximum.minor === 0 ? offer.maximum : { ...offer.minimum };
  if (draft.part === "nothing") return offer.minimum.minor === 0 ? offer.minimum : null;
  if (draft.part === "all") return offer.maximum;
  const given = draft.part === "part" ? typed(draft.amount, offer.maximum) : null;
  return given && given.minor >= offer.minimum.minor ? given : null;
}

function Steps({ of: file, close, next, draft, change: keep, offers, findings }: StepsProps) {
  const of = file.dispute;
  const change = (part: Partial<Draft>) => keep({ version: draft.version || of.version, ...part });
  const action = useAction(`case/${of.id}/decide`);
  const watched = useSeen(of, draft.version);
  const seen = { ...watched, look: () => void keep({ version: of.version }).then(watched.look) };
  const checking = useSignal(false);
  const box = useRef<HTMLDivElement>(null);
  const offer = offers.find((it) => it.type === draft.type) ?? (offers.length === 1 ? offers[0] : undefined);
  const pays = !!offer?.type.startsWith("refund");
  const amount = chosen(draft, offer);
  const place = draft.address;
  const addressed =
    !offer?.needs_return_address ||
    amount?.minor === 0 ||
    !!(place.name && place.lines[0] && place.city && /^[A-Z]{2}$/.test(place.country));
  const whole = draft.finding !== "" && amount !== null && draft.rationale.trim() !== "" && addressed;
  // The step that digits answer: the first that is open.
  const step = !draft.finding ? "finding" : !offer ? "type" : pays && !draft.part ? "amount" : "rationale";
  const write = () => box.current?.querySelector("textarea")?.focus();
  useEffect(() => {
    if (seen.changed) checking.value = false;
  }, [seen.changed]);
  async function send(after: () => void) {
    if (!whole || !amount || seen.changed || action.busy) return;
    const body = {
      type: offer!.type,
      amount: { minor: amount.minor, currency: amount.currency },
      finding: draft.finding,
      rationale: draft.rationale.trim(),
      ...(offer!.needs_return_address && amount.minor > 0 ? { return_address: place } : {}),
    };
    const path = `/disputes/${encodeURIComponent(of.id)}/decision`;
    const done = await action.run({ path, body, version: of.version });
    if (done) await dropDraft(`decide/${of.id}`);
    else checking.value = false;
    await changed(of.id);
    if (done) after();
  }
  const forward = () => {
    if (!whole || seen.changed) return;
    if (checking.value) void send(close);
    else checking.value = true;
  };
  const pick = (at: number) => {
    if (step === "finding" && findings[at]) void change({ finding: findings[at] });
    else if (step === "type" && offers[at]) void change({ type: offers[at]!.type, part: "" });
    else if (step === "amount" && PARTS[at]) void change({ part: PARTS[at] }).then(() => requestAnimationFrame(write));
  };
  const back = () => {
    if (checking.value) checking.value = false;
    else if (step === "rationale" && pays) void change({ part: "", amount: "" });
    else if (step !== "finding" && offers.length > 1 && draft.type) void change({ type: "", part: "" });
    else void change({ finding: "" });
  };
  const digits: Shortcut[] = checking.value
    ? []
    : Array.from({ length: 9 }, (_, at) => ({
        keys: String(at + 1),
        words: d("keys.choose", { number: at + 1 }),
        run: () => pick(at),
      }));
  useKeys(d("pane.decide"), [
    ...digits,
    { keys: "Backspace", words: d("keys.step.back"), run: back },
    { keys: "w", words: d("keys.write"), run: write },
    { keys: "Ctrl+Enter", words: d("keys.check"), run: forward },
    { keys: "Ctrl+Shift+Enter", words: d("keys.send.next"), run: () => checking.value && void send(next) },
  ]);
  if (checking.value)
    return (
      <Check
        of={file}
        draft={draft}
        offer={offer!}
        amount={amount!}
        busy={action.busy}
        failure={<Refusal failure={action.failure} />}
        back={back}
        send={() => void send(close)}
        sendNext={() => void send(next)}
      />
    );
  return (
    <div class="steps-of-decision">
      <Refusal failure={action.failure} />
      <Changed seen={seen} />
      <Step number={1} name="finding" here={step === "finding"}>
        {findings.map((it, at) => (
          <Pick
            key={it}
            name="finding"
            number={at + 1}
            words={label("Finding", it)}
            chosen={draft.finding === it}
            pick={() => void change({ finding: it })}
          />
        ))}
      </Step>
      <Step number={2} name="type" here={step === "type"}>
        {offers.map((it, at) => (
          <Pick
            key={it.type}
            name="type"
            number={at + 1}
            words={d(`offer.${it.type}`)}
            chosen={offer?.type === it.type}
            pick={() => void change({ type: it.type, part: "" })}
          />
        ))}
      </Step>
      {pays && (
        <Step number={3} name="amount" here={step === "amount"}>
          {PARTS.filter((it) => it !== "nothing" || offer!.minimum.minor === 0).map((it) => (
            <Pick
              key={it}
              name="part"
              number={PARTS.indexOf(it) + 1}
              words={d(`decide.part.${it}`, { amount: money(offer!.maximum) })}
              chosen={draft.part === it}
              pick={() => void change({ part: it })}
            />
          ))}
          {draft.part === "part" && (
            <AmountField
              label={d("decide.amount")}
              most={offer!.maximum}
              value={draft.amount}
              onInput={(it) => void change({ amount: it })}
            />
          )}
          {amount && <Split of={file} amount={amount} most={offer!.maximum} />}
        </Step>
      )}
      {offer?.needs_return_address && amount && amount.minor > 0 && (
        <fieldset class="choices">
          <legend>{d("decide.address")}</legend>
          <AddressFields value={place} onChange={(part) => void change({ address: { ...place, ...part } })} />
        </fieldset>
      )}
      <Step number={4} name="rationale" here={step === "rationale"}>
        <div ref={box}>
          <Text
            label={d("decide.rationale")}
            hint={d("decide.rationale.hint")}
            value={draft.rationale}
            onInput={(rationale) => void change({ rationale })}
            required
            rows={6}
          />
        </div>
        <Replies of={file} due="" insert={(text) => void change({ rationale: joined(draft.rationale, text) })} />
      </Step>
      <button type="button" class="button primary wide" aria-disabled={!whole || seen.changed} onClick={forward}>
        5 · {d("decide.check")} <kbd>Ctrl</kbd> <kbd>Enter</kbd>
      </button>
      {!whole && (
        <p class="soft small">{d("decide.missing", { what: d(`decide.step.${missing(draft, offer, amount)}`) })}</p>
      )}
    </div>
  );
}

function missing(draft: Draft, offer: OfferTaken | undefined, amount: Amount | null): (typeof STEPS)[number] {
  if (!draft.finding) return "finding";
  if (!offer) return "type";
  return amount ? "rationale" : "amount";
}

function Step({
  number,
  name,
  here,
  children,
}: {
  number: number;
  name: (typeof STEPS)[number];
  here: boolean;
  children: preact.ComponentChildren;
}) {
  return (
    <fieldset class={`step ${here ? "here" : ""}`}>
      <legend>
        {number} · {d(`decide.step.${name}`)}
      </legend>
      {children}
    </fieldset>
  );
}

function Pick({
  name,
  number,
  words,
  chosen,
  pick,
}: {
  name: string;
  number: number;
  words: string;
  chosen: boolean;
  pick: () => void;
}) {
  return (
    <label class="choice small">
      <input type="radio" name={name} checked={chosen} onChange={pick} />
      <span>{words}</span>
      <kbd>{number}</kbd>
    </label>
  );
}

/** How the amount in dispute is shared between the two, drawn and in figures. */
function Split({ of: file, amount, most }: { of: CaseFile; amount: Amount; most: Amount }) {
  const items = file.caps?.reduce((sum, it) => sum + it.items.minor, 0) ?? most.minor;
  const rest = { ...most, minor: most.minor - amount.minor };
  const shipping = Math.max(0, most.minor - items);
  return (
    <div class="split" role="status">
      <meter min={0} max={most.minor} value={amount.minor} aria-label={d("split.title")} />
      <p>
        <b>{d("split.buyer", { amount: money(amount) })}</b> · {d("split.seller", { amount: money(rest) })}
      </p>
      {shipping > 0 && (
        <p class="soft small">
          {d("split.parts", { items: money({ ...most, minor: items }), shipping: money({ ...most, minor: shipping }) })}
        </p>
      )}
    </div>
  );
}

interface CheckProps {
  of: CaseFile;
  draft: Draft;
  offer: OfferTaken;
  amount: Amount;
  busy: boolean;
  failure: preact.ComponentChildren;
  back: () => void;
  send: () => void;
  sendNext: () => void;
}

/** Says in words what both get, before it is sent. */
function Check({ of: file, draft, offer, amount, busy, failure, back, send, sendNext }: CheckProps) {
  const of = file.dispute;
  const heading = useRef<HTMLHeadingElement>(null);
  const days = useLimits(of.policy_version)?.days.appeal;
  useEffect(() => heading.current?.focus(), []);
  const rest = { ...offer.maximum, minor: offer.maximum.minor - amount.minor };
  const nothing = amount.minor === 0 && offer.type.startsWith("refund");
  return (
    <div class="steps-of-decision">
      {failure}
      <h3 tabIndex={-1} ref={heading}>
        {d("check.title")}
      </h3>
      <ul class="check">
        <li>
          <Icon name="user" />{" "}
          {nothing
            ? d("check.buyer.nothing")
            : d("check.buyer", { what: terms({ type: offer.type, amount }, of.claim.reason) })}
        </li>
        <li>
          <Icon name="coin" /> {d("check.seller", { amount: money(rest), of: money(offer.maximum) })}
        </li>
        <li>
          <Icon name="return" /> {d(offer.type.endsWith("with_return") && !nothing ? "check.return" : "check.noreturn")}
        </li>
        <li>
          <Icon name="clock" />{" "}
          {of.appealed_by
            ? d("check.final")
            : days !== undefined && d("check.appeal", { date: moment(now() + days * 86_400_000) })}
        </li>
      </ul>
      <p>
        <b>{label("Finding", draft.finding)}</b>
      </p>
      <blockquote dir="auto">{draft.rationale}</blockquote>
      <Banner kind="info" title={d("check.both")} />
      <button type="button" class="button primary wide" aria-disabled={busy} onClick={send}>
        {busy ? t("sending") : d("check.send.it")} <kbd>Ctrl</kbd> <kbd>Enter</kbd>
      </button>
      <button type="button" class="button wide" aria-disabled={busy} onClick={sendNext}>
        {d("check.send.next")} <kbd>Ctrl</kbd> <kbd>Shift</kbd> <kbd>Enter</kbd>
      </button>
      <button type="button" class="button quiet" onClick={back}>
        {t("change")}
      </button>
    </div>
  );
}
