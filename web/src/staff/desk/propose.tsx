import { useAction } from "../../data/action";
import { useDraft } from "../../data/drafts";
import { allowed } from "../../dispute/view";
import { AmountField, Choices, Form, Text, typed } from "../../parts/form";
import { money } from "../../parts/money";
import { useKeys } from "../keys";
import { changed } from "./acts";
import { Changed, useSeen } from "./changed";
import type { PaneProps } from "./pane";
import { d } from "./words";

/** Proposes something to both sides, which either may accept. */
export function Propose({ of: file, close }: PaneProps) {
  const of = file.dispute;
  const action = useAction(`case/${of.id}/propose`);
  const [draft, change] = useDraft(`propose/${of.id}`, { type: "", amount: "", note: "" });
  const seen = useSeen(of);
  const offers = (allowed(of, "propose")?.options?.offers ?? []).filter((it) => !it.needs_return_address);
  const taken = offers.find((it) => it.type === draft?.type) ?? offers[0];
  const given = taken && draft ? (draft.amount ? typed(draft.amount, taken.maximum) : taken.maximum) : null;
  const amount = given && taken && given.minor >= taken.minimum.minor ? given : null;
  const ready = !!amount && !seen.changed;
  async function send() {
    if (!draft || !amount || !ready) return;
    const { minor, currency } = amount;
    const body = { type: taken!.type, amount: { minor, currency }, note: draft.note.trim() };
    const path = `/disputes/${encodeURIComponent(of.id)}/proposals`;
    const done = await action.run({ path, body, version: of.version });
    if (done) await change({ type: "", amount: "", note: "" });
    await changed(of.id);
    if (done) close();
  }
  useKeys(d("pane.propose"), [
    { keys: "Ctrl+Enter", words: d("keys.send"), run: () => void send() },
    ...offers.map((it, place) => ({
      keys: String(place + 1),
      words: d(`offer.${it.type}`),
      run: () => void change({ type: it.type, amount: "" }),
    })),
  ]);
  if (!draft) return null;
  if (!taken) return <p class="soft">{d("propose.none")}</p>;
  return (
    <Form action={action} submit={d("propose.send")} ready={ready} onSubmit={() => void send()}>
      <Changed seen={seen} />
      <Choices
        legend={d("decide.type")}
        name="type"
        value={taken.type}
        onChoose={(type) => void change({ type, amount: "" })}
        choices={offers.map((it) => ({
          value: it.type,
          title: d(`offer.${it.type}`),
          text: d("decide.most", { amount: money(it.maximum) }),
        }))}
      />
      {taken.type.startsWith("refund") && (
        <AmountField
          label={d("decide.amount")}
          most={taken.maximum}
          value={draft.amount}
          onInput={(it) => void change({ amount: it })}
        />
      )}
      <Text label={d("propose.note")} value={draft.note} onInput={(note) => void change({ note })} rows={3} />
      <p class="soft small">{d("propose.what")}</p>
    </Form>
  );
}
