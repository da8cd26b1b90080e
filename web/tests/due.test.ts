import { beforeEach, describe, expect, it, vi } from "vitest";

const storage = new Map<string, string>();
vi.stubGlobal("localStorage", {
  getItem: (key: string) => storage.get(key) ?? null,
  setItem: (key: string, value: string) => storage.set(key, value),
});

const { heard, now } = await import("../src/data/clock");
const { left, moment, pace, zone } = await import("../src/parts/due");
const { speak } = await import("../src/words");

vi.stubGlobal("document", { documentElement: {} });
const HOUR = 3600_000;

beforeEach(async () => {
  await speak("en");
  heard("2026-12-03T12:00:00Z");
});

describe("deadlines", () => {
  it("are calm, soon, now or over by what is left", () => {
    expect([73, 72, 25, 24, 0.1, 0].map((hours) => pace(hours * HOUR))).toEqual([
      "calm",
      "soon",
      "soon",
      "now",
      "now",
      "over",
    ]);
  });

  it("say what is left in the unit that tells enough, never too much", () => {
    expect([6.9 * 24, 47.9, 1, 0.5, 0.001, 0].map((hours) => left(hours * HOUR))).toEqual([
      "6 days left",
      "47 hours left",
      "1 hour left",
      "30 minutes left",
      "4 seconds left",
      "the time is up",
    ]);
  });

  it("go by the server's clock, whatever this machine's says", () => {
    vi.useFakeTimers({ now: new Date("2031-01-01T00:00:00Z"), toFake: ["Date"] });
    expect(Math.abs(now() - Date.parse("2026-12-03T12:00:00Z"))).toBeLessThan(1000);
    vi.useRealTimers();
  });

  it("are in the person's own zone, and in the browser's where that is not known", () => {
    zone.value = "America/New_York";
    expect(moment("2026-12-03T19:00:00Z")).toContain("14:00");
    zone.value = "Asia/Shanghai";
    expect(moment("2026-12-03T19:00:00Z")).toContain("03:00");
    zone.value = "No/Such_Place";
    expect(moment("2026-12-03T19:00:00Z")).toMatch(/\d\d:\d\d/);
  });
});
