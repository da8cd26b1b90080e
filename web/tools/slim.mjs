// Reduces openapi.json to what the app calls, so that its types are small and read quickly.
import { readFileSync, writeFileSync } from "node:fs";

const [from, to] = process.argv.slice(2);
const whole = JSON.parse(readFileSync(from, "utf8"));
const UNUSED = /^\/(webhooks|carrier-events|docs|health|openapi)/;
const METHODS = ["get", "put", "post", "delete"];

for (const path of Object.keys(whole.paths)) {
  if (UNUSED.test(path)) delete whole.paths[path];
}
for (const operations of Object.values(whole.paths)) {
  for (const method of METHODS) {
    const operation = operations[method];
    if (!operation) continue;
    const problem = Object.entries(operation.responses).find(([status]) => /^[45]/.test(status))?.[1];
    operation.responses = Object.fromEntries(
      Object.entries(operation.responses).filter(([status]) => status[0] === "2"),
    );
    if (problem) operation.responses.default = problem;
  }
}
const needed = new Set();
const walk = (value) => {
  if (Array.isArray(value)) value.forEach(walk);
  else if (value && typeof value === "object") {
    for (const unused of ["example", "examples", "description", "headers", "summary"]) {
      if (typeof value[unused] !== "object" || unused !== "description") delete value[unused];
    }
    const target = value.$ref?.match(/^#\/components\/(\w+)\/(.+)$/);
    if (target && !needed.has(`${target[1]}/${target[2]}`)) {
      needed.add(`${target[1]}/${target[2]}`);
      walk(whole.components[target[1]][target[2]]);
    }
    Object.values(value).forEach(walk);
  }
};
walk(whole.paths);
for (const [kind, parts] of Object.entries(whole.components)) {
  whole.components[kind] = Object.fromEntries(Object.entries(parts).filter(([name]) => needed.has(`${kind}/${name}`)));
}
delete whole.webhooks;
writeFileSync(to, JSON.stringify(whole, null, 1));
