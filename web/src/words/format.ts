/** A small part of ICU MessageFormat: `{name}` and `{count, plural, =0 {...} one {...} other {# ...}}`. */
export type Values = Record<string, string | number>;

export function format(message: string, values: Values, language: string): string {
  let at = 0;
  const read = (count: number | null): string => {
    let out = "";
    while (at < message.length && message[at] !== "}") {
      const letter = message[at]!;
      if (letter === "{") {
        at++;
        out += argument();
      } else {
        out += letter === "#" && count !== null ? new Intl.NumberFormat(language).format(count) : letter;
        at++;
      }
    }
    return out;
  };
  const word = (): string => {
    const found = /^\s*([^\s,{}]+)\s*/.exec(message.slice(at))!;
    at += found[0].length;
    return found[1]!;
  };
  const argument = (): string => {
    const name = word();
    const value = values[name] ?? "";
    if (message[at] === "}") {
      at++;
      return String(value);
    }
    at++; // the comma before "plural"
    word();
    at++; // the comma after it
    const forms: Record<string, string> = {};
    const count = Number(value);
    while (/^\s*[^\s}]/.test(message.slice(at))) {
      const form = word();
      at++; // the form's brace
      forms[form] = read(count);
      at++;
    }
    at = message.indexOf("}", at) + 1;
    return forms[`=${count}`] ?? forms[new Intl.PluralRules(language).select(count)] ?? forms.other ?? "";
  };
  return read(null);
}
