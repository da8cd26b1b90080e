import { useSignalEffect } from "@preact/signals";
import { useRef, useState } from "preact/hooks";
import { Icon } from "../parts/icon";
import { t } from "../words";
import { groups, singleKeys, switchKeys, useKeys } from "./keys";
import { s } from "./words";

/** The list of all shortcuts that work on the page, opened by `?` or by its button, and the switch that turns them off. */
export function Help() {
  const sheet = useRef<HTMLDialogElement>(null);
  const [, draw] = useState<unknown>();
  useSignalEffect(() => draw([groups.value, singleKeys.value]));
  const open = () => sheet.current?.showModal();
  useKeys(s("keys.group.all"), [{ keys: "?", words: s("keys.help"), run: open }]);
  return (
    <>
      <button type="button" class="keys-button" aria-label={s("keys.title")} aria-keyshortcuts="?" onClick={open}>
        <kbd>?</kbd> <span>{s("keys.title")}</span>
      </button>
      <dialog ref={sheet} class="sheet keys" aria-label={s("keys.title")}>
        <div class="sheet-head">
          <h2>{s("keys.title")}</h2>
          <button type="button" class="icon-button" aria-label={t("close")} onClick={() => sheet.current?.close()}>
            <Icon name="close" />
          </button>
        </div>
        <KeySwitch />
        {[...new Set(groups.value.filter((it) => !it.modal).map((it) => it.title))].map((title) => (
          <section key={title}>
            <h3>{title}</h3>
            <dl class="key-list">
              {groups.value
                .filter((it) => it.title === title && !it.modal)
                .flatMap((it) => it.shortcuts)
                .map((it) => (
                  <div key={it.keys}>
                    <dt>
                      {it.keys.split(/ |(?<=Ctrl|Shift)\+/).map((key) => (
                        <kbd key={key}>{key}</kbd>
                      ))}
                    </dt>
                    <dd>{it.words}</dd>
                  </div>
                ))}
            </dl>
          </section>
        ))}
      </dialog>
    </>
  );
}

/** The switch of single keys. */
export function KeySwitch() {
  const [, draw] = useState<unknown>();
  useSignalEffect(() => draw(singleKeys.value));
  return (
    <label class="tick">
      <input type="checkbox" checked={singleKeys.value} onChange={(event) => switchKeys(event.currentTarget.checked)} />
      {s("keys.switch")}
    </label>
  );
}
