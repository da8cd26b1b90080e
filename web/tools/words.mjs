// Checks the catalogues: the same texts in every language, with the same facts, and a label for every word of the API.
import { readdirSync, readFileSync } from "node:fs";

const read = (path) => JSON.parse(readFileSync(new URL(path, import.meta.url), "utf8"));
const files = readdirSync(new URL("../src/words/", import.meta.url)).filter((name) => name.endsWith(".json"));
const catalogues = Object.fromEntries(files.map((name) => [name.slice(0, 2), read(`../src/words/${name}`)]));
const { en, ...others } = catalogues;
const found = [];

const facts = (text) =>
  [...new Set([...text.matchAll(/\{(\w+)(?=\}|, plural)/g)].map(([, name]) => name))]
    .filter((name) => /^[a-z]+$/.test(name))
    .sort()
    .join();
for (const [language, words] of Object.entries(others)) {
  for (const key of Object.keys(en)) {
    if (!words[key]) found.push(`${language}: no text for ${key}`);
    else if (facts(words[key]) !== facts(en[key]) && !/plural/.test(en[key]))
      found.push(`${language}: other facts in ${key}`);
  }
  for (const key of Object.keys(words)) if (!(key in en)) found.push(`${language}: ${key} is in no other language`);
  const forms = new Intl.PluralRules(language)
    .resolvedOptions()
    .pluralCategories.filter((form) => !(form === "many" && language !== "ru"));
  for (const [key, text] of Object.entries(words)) {
    if (!text.includes(", plural,")) continue;
    for (const form of forms)
      if (!text.includes(`${form} {`)) found.push(`${language}: ${key} has no form for ${form}`);
  }
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
console.log(`${Object.keys(en).length} texts in ${files.length} languages, ${found.length} faults`);
process.exit(found.length ? 1 : 0);
