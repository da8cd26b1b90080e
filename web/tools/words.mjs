// Checks the catalogues: the same texts in every language, with the same facts, and a label for every word of the API.
import { readdirSync, readFileSync } from "node:fs";

const read = (path) => JSON.parse(readFileSync(new URL(path, import.meta.url), "utf8"));
const source = new URL("../src/", import.meta.url);
// The catalogue that everybody loads, and those of pages for a few, which come on top of it.
const folders = readdirSync(source, { recursive: true }).filter((name) => /(^|\/)words$/.test(name));
const found = [];
const en = {};
const LANGUAGES = readdirSync(new URL("words/", source)).filter((name) => name.endsWith(".json")).length;
let texts = 0;
let files = 0;

const facts = (text) =>
  [...new Set([...text.matchAll(/\{(\w+)(?=\}|, plural)/g)].map(([, name]) => name))]
    .filter((name) => /^[a-z]+$/.test(name))
    .sort()
    .join();
for (const folder of folders) {
  const names = readdirSync(new URL(`${folder}/`, source)).filter((name) => name.endsWith(".json"));
  const all = Object.fromEntries(names.map((name) => [name.slice(0, 2), read(`../src/${folder}/${name}`)]));
  for (const key of Object.keys(all.en)) if (key in en) found.push(`${folder}: ${key} is in another catalogue too`);
  Object.assign(en, all.en);
  texts += Object.keys(all.en).length;
  files += names.length;
  for (const [language, words] of Object.entries(all)) {
    for (const key of Object.keys(all.en)) {
      if (!words[key]) found.push(`${language}: no text for ${key}`);
      else if (facts(words[key]) !== facts(all.en[key]) && !/plural/.test(all.en[key]))
        found.push(`${language}: other facts in ${key}`);
    }
    for (const key of Object.keys(words))
      if (!(key in all.en)) found.push(`${language}: ${key} is in no other language`);
    const forms = new Intl.PluralRules(language)
      .resolvedOptions()
      .pluralCategories.filter((form) => !(form === "many" && language !== "ru"));
    for (const [key, text] of Object.entries(words)) {
      if (!text.includes(", plural,")) continue;
      for (const form of forms)
        if (!text.includes(`${form} {`)) found.push(`${language}: ${key} has no form for ${form}`);
    }
  }
  if (names.length !== LANGUAGES) found.push(`${folder}: ${names.length} languages, and not ${LANGUAGES}`);
}

const { schemas } = read("../../openapi.json").components;
const used = readFileSync(new URL("../src/api/schema.d.ts", import.meta.url), "utf8");
for (const [name, schema] of Object.entries(schemas)) {
  if (!schema.enum || !new RegExp(`^ {8}${name}: `, "m").test(used)) continue;
  for (const word of schema.enum) if (!en[`${name}.${word}`]) found.push(`no label for ${name}.${word}`);
}
for (const type of schemas.TimelineEvent.properties.type["x-extensible-enum"]) {
  if (!en[`event.${type}`]) found.push(`no label for event.${type}`);
}
for (const what of schemas.Asked.properties.what["x-extensible-enum"]) {
  for (const whose of ["me", "other"])
    if (!en[`asked.${whose}.${what}`]) found.push(`no text for asked.${whose}.${what}`);
}

for (const line of found) console.error(line);
console.log(`${texts} texts in ${files} catalogues, ${found.length} faults`);
process.exit(found.length ? 1 : 0);
