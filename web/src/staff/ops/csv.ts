/** Returns rows as CSV. A cell that a spreadsheet would take for a formula begins with an apostrophe. */
export function csv(rows: (string | number | null | undefined)[][]): string {
  const cell = (it: string | number | null | undefined) => {
    const text = String(it ?? "");
    const safe = typeof it === "string" && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
    return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  };
  return `${rows.map((row) => row.map(cell).join(",")).join("\r\n")}\r\n`;
}

/** Lets the browser save a text as a file. */
export function save(name: string, text: string): void {
  const address = URL.createObjectURL(new Blob(["\ufeff", text], { type: "text/csv" }));
  const link = Object.assign(document.createElement("a"), { href: address, download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

/** Reads a list from its beginning, page by page, to its end or to so many pages. */
export async function whole<T>(
  read: (cursor?: string) => Promise<{ items: T[]; cursor: string | null }>,
  pages = Number.POSITIVE_INFINITY,
): Promise<T[]> {
  const all: T[] = [];
  let cursor: string | undefined;
  for (let n = 0; n < pages; n++) {
    const page = await read(cursor);
    all.push(...page.items);
    cursor = page.cursor ?? undefined;
    if (!cursor) break;
  }
  return all;
}
