import { signal } from "@preact/signals";
import type en from "./en.json";
import { format, type Values } from "./format";

export type Key = keyof typeof en;
type Catalogue = Record<string, string>;

/** The languages that people can choose, each under its own name. */
export const LANGUAGES = { en: "English", es: "Español", pt: "Português", ru: "Русский", zh: "中文" } as const;
export type Language = keyof typeof LANGUAGES;

type Load = (code: Language) => Promise<Catalogue>;
const load = import.meta.glob<{ default: Catalogue }>("./*.json");
const loads: Load[] = [async (code) => (await load[`./${code}.json`]!()).default];
let words: Catalogue = {};

export const language = signal<Language>(preferred());

function preferred(): Language {
  const chosen = typeof localStorage === "undefined" ? null : localStorage.getItem("language");
  const known = (code: string) => code.slice(0, 2).toLowerCase() in LANGUAGES;
  const found = [chosen ?? "", ...(globalThis.navigator?.languages ?? [])].find(known) ?? "en";
  return found.slice(0, 2).toLowerCase() as Language;
}

/** The language that was chosen in this browser, or else the one that the marketplace knows, or else the browser's. */
export function spoken(known?: string | null): Language {
  if (localStorage.getItem("language") === null && known && known in LANGUAGES) return known as Language;
  return preferred();
}

export function choose(code: Language): Promise<void> {
  localStorage.setItem("language", code);
  return speak(code);
}

/** Loads a language's words, then shows the app in it. */
export async function speak(code: Language = language.value): Promise<void> {
  words = Object.assign({}, ...(await Promise.all(loads.map((it) => it(code)))));
  document.documentElement.lang = code;
  language.value = code;
}

/** Adds a catalogue of pages that most people never load: its words are loaded now, and with each language from then on. */
export async function speakAlso(more: Load): Promise<void> {
  loads.push(more);
  const found = await more(language.value);
  words = { ...words, ...found };
}

/** Returns a text in the person's language. */
export function t(key: Key, values: Values = {}): string {
  // A month that is cut short may end with a dot, as the sentence does.
  return format(words[key] ?? key, values, language.value).replaceAll("..", ".");
}

/** Returns the label of a word of the API, or the word itself, readable, where a later version has one that is not known here. */
export function label(kind: string, word: string): string {
  return words[`${kind}.${word}`] ?? word.replaceAll("_", " ");
}

/** True if a later version of the API does not use a word that is unknown here. */
export const hasLabel = (kind: string, word: string): boolean => `${kind}.${word}` in words;
