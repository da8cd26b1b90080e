import { link, Page } from "../parts/page";
import { Empty } from "../parts/states";
import { t } from "../words";

export function Missing() {
  return (
    <Page title={t("missing.title")}>
      <Empty icon="info" title={t("problem.missing")}>
        <p>{t("problem.missing.why")}</p>
        <a class="button" href={link("/")}>
          {t("home")}
        </a>
      </Empty>
    </Page>
  );
}
