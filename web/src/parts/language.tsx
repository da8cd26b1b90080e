import { choose, LANGUAGES, type Language, language, t } from "../words";
import { Select } from "./form";

/** Chooses the language of the pages, each under its own name. */
export function LanguageSelect() {
  return (
    <Select
      label={t("settings.language")}
      value={language.value}
      onChange={(code) => void choose(code as Language)}
      options={Object.entries(LANGUAGES).map(([code, name]) => [code, name, code])}
    />
  );
}
