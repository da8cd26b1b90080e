import { useSignal } from "@preact/signals";
import { config } from "../config";
import { Icon } from "../parts/icon";
import { LanguageSelect } from "../parts/language";
import { cut } from "../parts/line";
import { Page } from "../parts/page";
import { signIn } from "../session";
import { t } from "../words";

const ROLES = ["buyer", "seller", "mediator", "lead", "operator"] as const;

/** The page of who is not signed in. Whatever page was asked for comes afterwards. */
export function SignIn() {
  const stay = useSignal(false);
  const asked = location.pathname.slice(import.meta.env.BASE_URL.length - 1);
  const back = asked === "/signed-in" ? "/" : asked + location.search;
  const people = config.sandbox?.people ?? [];
  // The login is another page: without a line the browser would have none to show.
  const go = (hint?: string) => cut.value || void signIn(back, hint, stay.value);
  return (
    <Page title={t("sign.title")}>
      <div class="card welcome">
        <span class="empty-icon">
          <Icon name="shield" />
        </span>
        <p>{t(cut.value ? "sign.offline" : back === "/" ? "sign.why" : "sign.deep")}</p>
        <button type="button" class="button primary wide" aria-disabled={cut.value} onClick={() => go()}>
          {t("sign.in")}
        </button>
        <label class="tick">
          <input type="checkbox" checked={stay.value} onChange={(it) => (stay.value = it.currentTarget.checked)} />
          {t("sign.stay")}
        </label>
      </div>
      {people.length > 0 && (
        <section class="card sandbox" aria-labelledby="people">
          <h2 id="people">{t("sign.people")}</h2>
          <p class="soft">{t("sign.people.why")}</p>
          {ROLES.filter((role) => people.some((it) => it.role === role)).map((role) => (
            <div key={role} class="people">
              <h3>{t(`role.${role}`)}</h3>
              {people
                .filter((it) => it.role === role)
                .map((it) => (
                  <button key={it.id} type="button" class="button" aria-disabled={cut.value} onClick={() => go(it.id)}>
                    {it.id}
                  </button>
                ))}
            </div>
          ))}
        </section>
      )}
      <div class="language">
        <LanguageSelect />
      </div>
    </Page>
  );
}
