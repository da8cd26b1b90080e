import { Icon } from "../parts/icon";
import { Page } from "../parts/page";
import { signOut, who } from "../session";
import { choose, LANGUAGES, type Language, language, t } from "../words";
import { KeySwitch } from "./help";
import { s } from "./words";

/** S2 for staff: who is signed in, the language of the pages, and the single keys. */
export function StaffSettings() {
  const person = who.value!;
  return (
    <Page title={t("nav.account")}>
      <section class="card">
        <div class="row">
          <Icon name="user" />
          <span class="grow">
            <b>{person.id}</b>
            <span class="soft block">{t(person.lead ? "role.lead" : `role.${person.role}`)}</span>
          </span>
          <button type="button" class="button small" onClick={() => void signOut()}>
            <Icon name="out" /> {t("sign.out")}
          </button>
        </div>
      </section>
      <section class="card">
        <label class="field">
          <span class="strong-label">{t("settings.language")}</span>
          <select value={language.value} onChange={(it) => void choose(it.currentTarget.value as Language)}>
            {Object.entries(LANGUAGES).map(([code, name]) => (
              <option key={code} value={code} lang={code}>
                {name}
              </option>
            ))}
          </select>
        </label>
      </section>
      <section class="card">
        <h2>{s("keys.title")}</h2>
        <p class="soft">{s("keys.why")}</p>
        <KeySwitch />
      </section>
    </Page>
  );
}
