import "fake-indexeddb/auto";
import { beforeEach, describe, expect, it, vi } from "vitest";

const locks = { request: async (_name: string, work: () => unknown) => work() };
vi.stubGlobal("navigator", { locks, onLine: true, languages: ["en"] });
vi.stubGlobal("localStorage", { getItem: () => null, setItem: () => undefined });
vi.mock("../src/config", () => ({ config: { api: "/api", login: {} } }));
vi.mock("../src/session", () => ({
  who: { value: { id: "ana" } },
  tokens: { token: async () => "t", renew: async () => "t" },
}));

const { discard, keyOf, resumeIntents, send, tryNow, waiting } = await import("../src/data/intents");

const asked: { key: string; body: string }[] = [];
let answers: (() => Response)[] = [];
vi.stubGlobal("fetch", async (_path: string, init: RequestInit) => {
  asked.push({ key: (init.headers as Record<string, string>)["Idempotency-Key"]!, body: String(init.body) });
  return (answers.shift() ?? (() => Response.json({ id: "d" })))();
});
const lost = () => {
  throw new TypeError("the line is cut");
};
const intent = (key: string) => ({
  key,
  scope: "dispute/d/accept/1",
  method: "POST" as const,
  path: "/x",
  body: { a: 1 },
});

beforeEach(() => {
  asked.length = 0;
  answers = [];
});

async function hurry(until: () => boolean): Promise<void> {
  for (let turn = 0; turn < 200 && !until(); turn++) {
    tryNow();
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

describe("what a person asks for", () => {
  it("has one key for a form, until an answer has come", async () => {
    const key = await keyOf("dispute/d/accept/1");
    expect(await keyOf("dispute/d/accept/1")).toBe(key);
    expect(await keyOf("dispute/d/accept/2")).not.toBe(key);
    await send(intent(key));
    expect(await keyOf("dispute/d/accept/1")).not.toBe(key);
  });

  it("is sent again under the same key and with the same body until an answer comes", async () => {
    answers = [lost, () => new Response("{}", { status: 503 }), lost];
    const answer = send(intent("k1"));
    await hurry(() => asked.length >= 4);
    expect(await answer).toEqual({ id: "d" });
    expect(new Set(asked.map((it) => `${it.key} ${it.body}`)).size).toBe(1);
    expect(asked.length).toBe(4);
    expect(waiting.value).toEqual([]);
  });

  it("is taken up again by the next visit", async () => {
    answers = [lost];
    void send(intent("k2")).catch(() => null);
    await hurry(() => asked.length >= 1);
    const before = asked.length;
    await resumeIntents();
    await hurry(() => waiting.value.length === 0);
    expect(asked.length).toBeGreaterThan(before);
    expect(new Set(asked.map((it) => it.key))).toEqual(new Set(["k2"]));
  });

  it("is refused once, and not sent again", async () => {
    answers = [() => Response.json({ code: "stale_proposal" }, { status: 409 })];
    await expect(send(intent("k3"))).rejects.toMatchObject({ status: 409, code: "stale_proposal" });
    expect(asked.length).toBe(1);
    expect(waiting.value).toEqual([]);
  });

  it("can be discarded while it waits", async () => {
    answers = Array(50).fill(lost);
    const sent = send(intent("k4"));
    const settled = expect(sent).rejects.toMatchObject({ code: "discarded" });
    await hurry(() => asked.length >= 1);
    await discard(waiting.value[0]!);
    await settled;
    const before = asked.length;
    await hurry(() => false);
    expect(asked.length - before).toBeLessThanOrEqual(1);
  });
});
