import { describe, expect, it } from "vitest";
import { decimal, money, readAmount } from "../src/parts/money";

describe("amounts", () => {
  it("are shown with the decimals that the server says, not with the browser's own", () => {
    const cop = { minor: 1050, currency: "COP", exponent: 2 };
    expect(money(cop, "en").replace(/\s/g, " ")).toBe("COP 10.50");
    expect(money({ minor: 1050, currency: "JPY", exponent: 0 }, "en")).toBe("¥1,050");
    expect(money({ minor: 1050, currency: "TND", exponent: 3 }, "en").replace(/\s/g, " ")).toBe("TND 1.050");
  });

  it("are exact up to the largest that the API takes", () => {
    expect(decimal(10_000_000_000_000, 2)).toBe("100000000000.00");
    expect(money({ minor: 9_999_999_999_999, currency: "EUR", exponent: 2 }, "en")).toBe("€99,999,999,999.99");
    expect([decimal(5, 2), decimal(5, 3), decimal(5, 0), decimal(0, 2)]).toEqual(["0.05", "0.005", "5", "0.00"]);
  });

  it("are read back as they were written, in minor units, for every number of decimals", () => {
    for (const exponent of [0, 2, 3]) {
      for (const minor of [0, 1, 9, 10, 99, 100, 1050, 123_456_789]) {
        expect(readAmount(decimal(minor, exponent), exponent)).toBe(minor);
      }
    }
  });

  it("are read with a comma or a point, and with spaces between groups", () => {
    expect(["12,5", "12.50", "1 234,56", " 7 "].map((it) => readAmount(it, 2))).toEqual([1250, 1250, 123_456, 700]);
  });

  it("are not guessed: more decimals than the currency has, two points and words are none", () => {
    expect(["12.345", "1.234.567", "abc", "", "-5", "1e3", "12."].map((it) => readAmount(it, 2))).toEqual(
      Array(7).fill(null),
    );
    expect(readAmount("12.500", 2)).toBe(1250);
    expect(readAmount("12.5", 0)).toBe(null);
  });
});
