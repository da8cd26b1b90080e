import { describe, expect, it } from "vitest";
import { format } from "../src/words/format";

describe("texts", () => {
  it("put facts where they belong", () => {
    expect(format("Refunded {amount} on {date}.", { amount: "€40", date: "3 Dec" }, "en")).toBe(
      "Refunded €40 on 3 Dec.",
    );
  });

  it("take the form of the number that the language has", () => {
    const days =
      "{count, plural, one {остался # день} few {осталось # дня} many {осталось # дней} other {осталось # дня}}";
    const said = [1, 2, 5, 11, 21, 22, 25].map((count) => format(days, { count }, "ru"));
    expect(said).toEqual([
      "остался 1 день",
      "осталось 2 дня",
      "осталось 5 дней",
      "осталось 11 дней",
      "остался 21 день",
      "осталось 22 дня",
      "осталось 25 дней",
    ]);
  });

  it("prefer the form of an exact number, and go on after it", () => {
    const text = "{count, plural, =0 {Nothing} one {One} other {All #}} and {name}";
    expect([0, 1, 3].map((count) => format(text, { count, name: "x" }, "en"))).toEqual([
      "Nothing and x",
      "One and x",
      "All 3 and x",
    ]);
  });

  it("never take a fact for a form", () => {
    expect(format("{name}", { name: "{count, plural, other {x}}" }, "en")).toBe("{count, plural, other {x}}");
  });
});
