import { useRef } from "preact/hooks";
import { useAction } from "../../data/action";
import { now } from "../../data/clock";
import { useDraft } from "../../data/drafts";
import { useLimits } from "../../data/limits";
import { moment } from "../../parts/due";
import { Choices, Form, Text } from "../../parts/form";
import { label } from "../../words";
import { useKeys } from "../keys";
import { changed } from "./acts";
import { Changed, useSeen } from "./changed";
import type { PaneProps } from "./pane";
import { Replies } from "./replies";
import { d } from "./words";

const WHOM = ["buyer", "seller", "both"] as const;
type Whom = (typeof WHOM)[number];

/** M3: asks one party, or both, for information. */
export function Ask({ of: file, close }: PaneProps) {
  const of = file.dispute;
  const buyer = useAction(`case/${of.id}/ask/buyer`);
  const seller = useAction(`case/${of.id}/ask/seller`);
  const [draft, change] = useDraft(`ask/${of.id}`, { to: "buyer" as Whom, question: "" });
  const seen = useSeen(of);
  const box = useRef<HTMLDivElement>(null);
  const limits = useLimits(of.policy_version);
  const action = buyer.failure || buyer.busy ? buyer : seller;
  const ready = !!draft && draft.question.trim() !== "" && !seen.changed;
  async function send() {
    if (!draft || !ready || buyer.busy || seller.busy) return;
    const path = `/disputes/${encodeURIComponent(of.id)}/information-requests`;
    const body = (to: string) => ({ to, question: draft.question.trim() });
    let version: number | undefined = of.version;
    if (draft.to !== "seller") {
      const done = await buyer.run({ path, body: body("buyer"), version });
      if (!done) return void (await changed(of.id));
      version = done.version as number;
    }
    if (draft.to !== "buyer") {
      const done = await seller.run({ path, body: body("seller"), version });
      if (!done) return void (await changed(of.id));
    }
    await change({ question: "" });
    await changed(of.id);
    close();
  }
  useKeys(d("pane.ask"), [
    { keys: "Ctrl+Enter", words: d("keys.send"), run: () => void send() },
    { keys: "1", words: label("Role", "buyer"), run: () => void change({ to: "buyer" }) },
    { keys: "2", words: label("Role", "seller"), run: () => void change({ to: "seller" }) },
    { keys: "3", words: d("ask.both"), run: () => void change({ to: "both" }) },
    { keys: "w", words: d("keys.write"), run: () => box.current?.querySelector("textarea")?.focus() },
  ]);
  if (!draft) return null;
  const days = limits?.days.information;
  const review = of.asked.find((it) => it.of === "mediator")?.until;
  const until = days === undefined ? null : Math.min(now() + days * 86_400_000, review ? Date.parse(review) : Infinity);
  const spoken = file.parties?.find((it) => it.role === (draft.to === "both" ? "buyer" : draft.to))?.language;
  return (
    <Form action={action} submit={d("ask.send")} ready={ready} onSubmit={() => void send()}>
      <Changed seen={seen} />
      <Choices
        legend={d("ask.whom")}
        name="whom"
        value={draft.to}
        onChoose={(to) => void change({ to: to as Whom })}
        choices={WHOM.map((it) => ({
          value: it,
          title: it === "both" ? d("ask.both") : label("Role", it),
          text: file.parties?.find((one) => one.role === it)?.language ?? undefined,
        }))}
      />
      <div ref={box}>
        <Text
          label={d("ask.question")}
          hint={d("ask.hint")}
          value={draft.question}
          onInput={(question) => void change({ question })}
          required
          rows={6}
        />
      </div>
      <Replies
        of={file}
        due={until ? moment(until) : ""}
        language={spoken}
        insert={(text) => void change({ question: joined(draft.question, text) })}
      />
      {until && <p class="soft small">{d("ask.until", { date: moment(until) })}</p>}
    </Form>
  );
}

/** Adds a text behind another one. */
export const joined = (before: string, text: string) => (before.trim() ? `${before.trimEnd()}\n\n${text}` : text);
