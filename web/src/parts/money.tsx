import type { Money as Amount } from "../api/schema";
import { language } from "../words";

/** The decimals of a currency come from the server with each amount: a browser's own differ for 17 currencies. */
const decimals = (of: Amount) => of.exponent;

/** Returns an amount as a decimal number, exactly: `1050`, exponent 2, is `10.50`. */
export function decimal(minor: number, exponent: number): string {
  const digits = String(Math.abs(minor)).padStart(exponent + 1, "0");
  const whole = digits.slice(0, digits.length - exponent);
  const sign = minor < 0 ? "-" : "";
  return sign + (exponent ? `${whole}.${digits.slice(-exponent)}` : whole);
}

/** Formats that were made before: making one costs more than a row of a list. */
const formats = new Map<string, Intl.NumberFormat>();

export function money(of: Amount, code: string = language.value): string {
  const exponent = decimals(of);
  const key = `${code} ${of.currency} ${exponent}`;
  const format =
    formats.get(key) ??
    new Intl.NumberFormat(code, {
      style: "currency",
      currency: of.currency,
      minimumFractionDigits: exponent,
      maximumFractionDigits: exponent,
      useGrouping: "always",
    });
  formats.set(key, format);
  return format.format(decimal(of.minor, exponent) as unknown as number);
}

/** Reads what a person typed as an amount in minor units; null if it is none, or has more decimals than the currency. */
export function readAmount(text: string, exponent: number): number | null {
  const found = /^(\d{1,13})(?:[.,](\d+))?$/.exec(text.replace(/[\s  ']/g, ""));
  if (!found) return null;
  const fraction = (found[2] ?? "").replace(/0+$/, "");
  if (fraction.length > exponent) return null;
  const minor = Number(found[1]! + fraction.padEnd(exponent, "0"));
  return Number.isSafeInteger(minor) ? minor : null;
}

/** The one element in which amounts are shown. */
export function Money({ of, strong }: { of: Amount; strong?: boolean }) {
  return <span class={strong ? "money strong" : "money"}>{money(of)}</span>;
}
