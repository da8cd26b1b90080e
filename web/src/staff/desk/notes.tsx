import { useAction } from "../../data/action";
import { useDraft } from "../../data/drafts";
import { At } from "../../parts/due";
import { Form, Text } from "../../parts/form";
import { useKeys } from "../keys";
import { changed } from "./acts";
import type { PaneProps } from "./pane";
import { d } from "./words";

/** Internal notes: in a colour of their own and apart from all that parties read, so that they cannot be mistaken for it. */
export function Notes({ of: file }: PaneProps) {
  const id = file.dispute.id;
  const action = useAction(`case/${id}/note`);
  const [draft, change] = useDraft(`note/${id}`, { text: "" });
  async function write() {
    const text = draft?.text.trim();
    if (!text || action.busy) return;
    const done = await action.run({ path: `/disputes/${encodeURIComponent(id)}/notes`, body: { text } });
    if (done) await change({ text: "" });
    await changed(id);
  }
  useKeys(d("pane.notes"), [{ keys: "Ctrl+Enter", words: d("keys.send"), run: () => void write() }]);
  if (!draft) return null;
  return (
    <>
      <p class="small">{d("notes.who")}</p>
      <Form action={action} submit={d("notes.write")} ready={draft.text.trim() !== ""} onSubmit={() => void write()}>
        <Text label={d("notes.text")} value={draft.text} onInput={(text) => void change({ text })} required />
      </Form>
      <ol class="notes">
        {file.notes?.map((it) => (
          <li key={it.number}>
            <p class="words" dir="auto">
              {it.text}
            </p>
            <p class="small">
              {it.author.id} · <At at={it.at} />
            </p>
          </li>
        ))}
      </ol>
    </>
  );
}
