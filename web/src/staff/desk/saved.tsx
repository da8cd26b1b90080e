import { useState } from "preact/hooks";
import type { SavedReplies, SavedReply } from "../../api/schema";
import { useAction } from "../../data/action";
import { queries, useRead } from "../../data/query";
import { Form, Line, Text } from "../../parts/form";
import { Page, Shown } from "../../parts/page";
import { who } from "../../session";
import { LANGUAGES, type Language, language, t } from "../../words";
import * as reads from "./reads";
import { d } from "./words";

const CODES = Object.keys(LANGUAGES) as Language[];

/** The saved replies of all, which leads keep, and a mediator's own. */
export function Saved() {
  const read = useRead(reads.replies());
  return (
    <Page title={d("nav.replies")}>
      <p class="soft">{d("saved.why", { names: "{order}, {dispute}, {item}, {amount}, {due}" })}</p>
      <Shown read={read}>
        {(it) => (
          <>
            <Collection key={`own ${it.own.version}`} whose="own" of={it.own} writes />
            <Collection key={`shared ${it.shared.version}`} whose="shared" of={it.shared} writes={who.value!.lead} />
          </>
        )}
      </Shown>
    </Page>
  );
}

function Collection({ whose, of, writes }: { whose: "own" | "shared"; of: SavedReplies; writes: boolean }) {
  const action = useAction(`replies/${whose}/${of.version}`);
  const [items, set] = useState<SavedReply[]>(of.items);
  const [spoken, speak] = useState<Language>(language.value);
  const put = (at: number, part: Partial<SavedReply>) =>
    set(items.map((it, place) => (place === at ? { ...it, ...part } : it)));
  async function save() {
    const kept = items.filter((it) => it.name.trim() && Object.values(it.texts).some((text) => text));
    const body = {
      items: kept.map((it) => ({
        name: it.name.trim(),
        texts: Object.fromEntries(Object.entries(it.texts).filter(([, text]) => text)),
      })),
    };
    await action.run({ path: `/mediation/replies/${whose}`, method: "PUT", body, version: of.version });
    await queries.invalidateQueries({ queryKey: reads.replies().key });
  }
  const list = items.map((it, at) => (
    <fieldset key={at} class="card">
      <legend class="unseen">{it.name || d("saved.new")}</legend>
      <Line label={d("saved.name")} value={it.name} onInput={(name) => put(at, { name })} most={80} />
      <Text
        label={LANGUAGES[spoken]}
        value={it.texts[spoken] ?? ""}
        onInput={(text) => put(at, { texts: { ...it.texts, [spoken]: text } })}
        required
      />
      <button type="button" class="button small quiet" onClick={() => set(items.filter((_, place) => place !== at))}>
        {d("saved.remove")}
      </button>
    </fieldset>
  ));
  return (
    <section class="card" aria-labelledby={whose}>
      <div class="row-head">
        <h2 id={whose}>{d(`saved.${whose}`)}</h2>
        <label class="filter">
          <span class="unseen">{t("settings.language")}</span>
          <select value={spoken} onChange={(it) => speak(it.currentTarget.value as Language)}>
            {CODES.map((code) => (
              <option key={code} value={code} lang={code}>
                {LANGUAGES[code]}
              </option>
            ))}
          </select>
        </label>
      </div>
      {writes ? (
        <Form action={action} submit={d("saved.save")} plain={whose === "shared"} onSubmit={() => void save()}>
          {list}
          <button type="button" class="button" onClick={() => set([...items, { name: "", texts: {} }])}>
            {d("saved.add")}
          </button>
        </Form>
      ) : (
        <dl class="facts">
          {items.map((it) => (
            <div key={it.name}>
              <dt>{it.name}</dt>
              <dd class="words" dir="auto">
                {it.texts[spoken] ?? it.texts.en}
              </dd>
            </div>
          ))}
        </dl>
      )}
    </section>
  );
}
