import type { Key } from "../../../words";
import { t } from "../../../words";
import type { Values } from "../../../words/format";
import type en from "./en.json";

/** The words of the operators' pages. */
export const load = import.meta.glob<{ default: Record<string, string> }>("./*.json");

/** Returns a text of the operators' pages, or one that all share. */
export const o = t as (key: Key | keyof typeof en, values?: Values) => string;
