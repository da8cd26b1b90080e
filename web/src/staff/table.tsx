import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";

export interface Column<T> {
  name: string;
  title: string;
  cell: (row: T) => ComponentChildren;
  /** Amounts and counts stand at the end of their cell. */
  number?: boolean;
  /** The part of the table's width that it takes, such as `20%`. With it a long table is laid out once, and scrolls faster. */
  width?: string;
}

interface TableProps<T> {
  /** What the table lists, for who cannot see it. */
  label: string;
  columns: Column<T>[];
  rows: T[];
  keyOf: (row: T) => string;
  /** Where a row leads. The first column's words are the link. */
  href?: (row: T) => string;
  /** Marks a row, as `mine` or `late`. */
  mark?: (row: T) => string;
}

const CHUNK = 16;
const NEAR = "600px";
const GUESS = 56;

/**
 * A table whose rows the keyboard walks (`walk`): each row's first cell is its link. On a phone each row is a card. Only the
 * rows near the window are in the document, so that ten thousand scroll as easily as ten.
 */
export function Table<T>({ label, columns, rows, keyOf, href, mark }: TableProps<T>) {
  const chunks = Array.from({ length: Math.ceil(rows.length / CHUNK) }, (_, at) => at);
  return (
    <table class={columns.some((it) => it.width) ? "table fixed" : "table"} aria-rowcount={rows.length + 1}>
      <caption class="unseen">{label}</caption>
      <thead>
        <tr>
          {columns.map((it) => (
            <th
              key={it.name}
              scope="col"
              class={it.number ? "number" : ""}
              style={it.width ? { inlineSize: it.width } : undefined}
            >
              {it.title}
            </th>
          ))}
        </tr>
      </thead>
      {chunks.map((at) => (
        <Chunk key={at} first={at === 0} count={Math.min(CHUNK, rows.length - at * CHUNK)} columns={columns.length}>
          {() =>
            rows.slice(at * CHUNK, (at + 1) * CHUNK).map((row, place) => (
              <tr key={keyOf(row)} data-key={keyOf(row)} class={mark?.(row)} aria-rowindex={at * CHUNK + place + 2}>
                {columns.map((it, column) => (
                  <td key={it.name} data-title={it.title} class={it.number ? "number" : ""}>
                    {column === 0 && href ? (
                      <a class="row-link" href={href(row)}>
                        {it.cell(row)}
                      </a>
                    ) : (
                      it.cell(row)
                    )}
                  </td>
                ))}
              </tr>
            ))
          }
        </Chunk>
      ))}
    </table>
  );
}

interface ChunkProps {
  first: boolean;
  count: number;
  columns: number;
  children: () => ComponentChildren;
}

const told = new Map<Element, (near: boolean) => void>();
/** One observer for all: hundreds of them would each be asked in every frame. */
const watch = new IntersectionObserver(
  (seen) => {
    for (const it of seen) told.get(it.target)?.(it.isIntersecting);
  },
  { rootMargin: NEAR },
);

/** Some rows of a table, or, far from the window, the room that they take. */
function Chunk({ first, count, columns, children }: ChunkProps) {
  const body = useRef<HTMLTableSectionElement>(null);
  const [near, come] = useState(first);
  const height = useRef(count * GUESS);
  useEffect(() => {
    const it = body.current!;
    told.set(it, (near) => {
      // What has the focus stays.
      const stays = near || it.contains(document.activeElement);
      if (!stays && it.childElementCount > 1) height.current = it.offsetHeight;
      come(stays);
    });
    watch.observe(it);
    return () => {
      watch.unobserve(it);
      told.delete(it);
    };
  }, []);
  return (
    <tbody ref={body}>
      {near ? (
        children()
      ) : (
        <tr>
          <td colSpan={columns} style={{ height: `${height.current}px`, padding: 0 }} />
        </tr>
      )}
    </tbody>
  );
}

const links = () => [...document.querySelectorAll<HTMLElement>(".table .row-link")];

/** Moves the focus so many rows on, from none to the first one, and returns whether there was such a row. */
export function walk(by: number): boolean {
  const all = links();
  const here = all.findIndex((it) => it.closest("tr") === document.activeElement?.closest("tr"));
  const to = here < 0 ? all[0] : all[here + by];
  to?.focus();
  to?.scrollIntoView({ block: "nearest" });
  return to !== undefined;
}

/** Returns the key of the row in which the focus is. */
export const rowHere = (): string | undefined =>
  document.activeElement?.closest<HTMLElement>("tr[data-key]")?.dataset.key;

/** Moves the focus to the row with this key, or else to the first one. */
export function focusRow(key: string | undefined): void {
  const row = key && document.querySelector<HTMLElement>(`tr[data-key="${CSS.escape(key)}"] .row-link`);
  (row || links()[0])?.focus();
}
