import { Failure } from "../../api/failure";
import { o } from "./words";

type Cell = string | number | null | undefined;

/** Returns rows as CSV. A cell that a spreadsheet would take for a formula begins with an apostrophe. */
export function csv(rows: Cell[][]): string {
  const cell = (it: Cell) => {
    const text = String(it ?? "");
    const safe = typeof it === "string" && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
    return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  };
  return `${rows.map((row) => row.map(cell).join(",")).join("\r\n")}\r\n`;
}

/** Saves what was read of a list. A file that does not hold all of it says so in its last row. */
export function saveFound<T>(name: string, { rows, whole }: Found<T>, head: string[], row: (it: T) => Cell[]): void {
  const end = whole ? [] : [[o("csv.cut", { count: String(rows.length) })]];
  save(name, csv([head, ...rows.map(row), ...end]));
}

/** Lets the browser save a text as a file. */
export function save(name: string, text: string): void {
  const address = URL.createObjectURL(new Blob(["\ufeff", text], { type: "text/csv" }));
  const link = Object.assign(document.createElement("a"), { href: address, download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

/** What was read of a list, and whether that is all of it. */
export interface Found<T> {
  rows: T[];
  whole: boolean;
}

const PAGES_AT_MOST = 100;

/** Asks, and asks once more when the API has said how long to wait. */
async function patiently<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof Failure && error.status === 429)) throw error;
    await new Promise((done) => setTimeout(done, error.retryAfter * 1000));
    return ask();
  }
}

/** Reads a list from its beginning, page by page, to its end or to a hundred pages. */
export async function whole<T>(
  read: (cursor?: string) => Promise<{ items: T[]; cursor: string | null }>,
): Promise<Found<T>> {
  const rows: T[] = [];
  let cursor: string | undefined;
  for (let n = 0; n < PAGES_AT_MOST; n++) {
    const page = await patiently(() => read(cursor));
    rows.push(...page.items);
    cursor = page.cursor ?? undefined;
    if (!cursor) return { rows, whole: true };
  }
  return { rows, whole: false };
}
