import { useEffect, useState } from "preact/hooks";
import { t } from "../words";
import { Icon } from "./icon";

/** A field to look for something by its number or title. It looks when it is sent, and all is shown again when it is empty. */
export function Search({ value, hint, onSearch }: { value: string; hint: string; onSearch: (words: string) => void }) {
  const [words, write] = useState(value);
  useEffect(() => write(value), [value]);
  return (
    <search>
      <form
        class="search"
        onSubmit={(event) => {
          event.preventDefault();
          onSearch(words.trim());
        }}
      >
        <input
          type="search"
          aria-label={hint}
          placeholder={hint}
          maxLength={128}
          enterkeyhint="search"
          value={words}
          onInput={(it) => {
            write(it.currentTarget.value);
            if (it.currentTarget.value === "" && value) onSearch("");
          }}
        />
        <button type="submit" class="button" aria-label={t("search")}>
          <Icon name="search" />
        </button>
      </form>
    </search>
  );
}
