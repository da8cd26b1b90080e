import { type Key, t } from "../../words";
import type { Values } from "../../words/format";
import type en from "./en.json";

/** The words that all pages of staff share. A desk has its own beside them, as `desk/words` has. */
export const load = import.meta.glob<{ default: Record<string, string> }>("./*.json");

/** Returns a text of the staff's pages, or one that they share with the others. */
export const s = t as (key: Key | keyof typeof en, values?: Values) => string;
