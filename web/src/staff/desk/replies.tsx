import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import type { CaseFile } from "../../api/schema";
import { useRead } from "../../data/query";
import { money } from "../../parts/money";
import { language } from "../../words";
import { useKeys } from "../keys";
import * as reads from "./reads";
import { d } from "./words";

interface RepliesProps {
  of: CaseFile;
  /** When an answer is due, in words. */
  due: string;
  /** The language of the person who reads it; that of the page where it is not known. */
  language?: string | null;
  insert: (text: string) => void;
}

/** Puts the facts of a case where a saved reply names them. */
export function filled(text: string, facts: Record<string, string>): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => facts[name] ?? whole);
}

/** Saved replies, in the language of who reads them, put in by `i` and a number. They are read when they are opened. */
export function Replies({ of: file, due, language: spoken, insert }: RepliesProps) {
  const open = useSignal(false);
  const summary = useRef<HTMLElement>(null);
  const read = useRead({ ...reads.replies(), enabled: open.value });
  const of = file.dispute;
  const facts: Record<string, string> = {
    order: of.order_id,
    dispute: of.id,
    item: file.order?.lines
      .filter((it) => of.claim.items.some((one) => one.line_id === it.id))
      .map((it) => it.title)
      .join(", ") as string,
    amount: money(of.requested, spoken ?? language.value),
    due,
  };
  const known = [...(read.data?.own.items ?? []), ...(read.data?.shared.items ?? [])];
  const texts = known.map((it) => ({
    name: it.name,
    text: filled(
      it.texts[(spoken ?? language.value) as "en"] ?? it.texts.en ?? Object.values(it.texts)[0] ?? "",
      facts,
    ),
  }));
  const put = (at: number) => {
    if (!texts[at]) return;
    insert(texts[at]!.text);
    open.value = false;
    summary.current?.focus();
  };
  useKeys(d("replies"), [
    {
      keys: "i",
      words: d("keys.reply"),
      run: () => {
        open.value = !open.value;
      },
    },
    ...(open.value
      ? Array.from({ length: 9 }, (_, at) => ({
          keys: String(at + 1),
          words: texts[at]?.name ?? "",
          run: () => put(at),
        }))
      : []),
  ]);
  return (
    <details class="replies fold" open={open.value} onToggle={(it) => (open.value = it.currentTarget.open)}>
      <summary ref={summary}>
        {d("replies")} <kbd>i</kbd>
      </summary>
      <ol>
        {texts.map((it, at) => (
          <li key={it.name}>
            <button type="button" class="reply" onClick={() => put(at)}>
              <kbd>{at + 1}</kbd>{" "}
              <span>
                <b>{it.name}</b>
                <span class="soft small block" dir="auto">
                  {it.text.slice(0, 90)}
                </span>
              </span>
            </button>
          </li>
        ))}
      </ol>
      {read.data && texts.length === 0 && <p class="soft small">{d("replies.none")}</p>}
    </details>
  );
}
