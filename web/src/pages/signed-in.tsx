import { useEffect, useState } from "preact/hooks";
import { useLocation } from "preact-iso";
import { link, Page } from "../parts/page";
import { Empty, Loading } from "../parts/states";
import { comeBack, who } from "../session";
import { begin } from "../start";
import { label, speak, spoken, t } from "../words";

/** Where the login sends the browser back to. */
export function SignedIn() {
  const { route } = useLocation();
  const [failed, fail] = useState("");
  useEffect(() => {
    comeBack()
      .then(async (back) => {
        await begin();
        await speak(spoken(who.value!.language));
        route(link(back), true);
      })
      .catch((error) =>
        fail(
          error.code === "role"
            ? t("sign.role", { role: label("Role", error.message) })
            : String(error.message ?? error),
        ),
      );
  }, []);
  return (
    <Page title={t("sign.title")}>
      {failed ? (
        <Empty icon="alert" title={t("sign.failed")}>
          <p class="soft">{failed}</p>
          <a class="button primary" href={link("/")}>
            {t("again")}
          </a>
        </Empty>
      ) : (
        <Loading />
      )}
    </Page>
  );
}
