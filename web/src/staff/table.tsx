import { Component, type ComponentChildren, Fragment, type RefObject } from "preact";
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

const CHUNK = 8;
/** Tables of up to so many chunks are in the document as a whole. */
const SHORT = 8;
/** How far beyond the window rows are drawn (px): about a second of fast scrolling. */
const NEAR = 700;
/** The height of a row that was never drawn (px). */
const GUESS = 56;

/**
 * A table whose rows the keyboard walks (`walk`): each row's first cell is its link. On a phone each row is a card. Of a
 * long table only the rows near the window are in the document, so that ten thousand scroll as easily as ten.
 */
export function Table<T>({ label, columns, rows, keyOf, href, mark }: TableProps<T>) {
  const table = useRef<HTMLTableElement>(null);
  const drawn = useDrawn(table, Math.ceil(rows.length / CHUNK), rows.length);
  let before = 0;
  return (
    <table class={columns.some((it) => it.width) ? "table fixed" : "table"} aria-rowcount={rows.length + 1} ref={table}>
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
      {drawn.chunks.map((at) => {
        const gap = drawn.height(before, at);
        before = at + 1;
        return (
          <Fragment key={at}>
            {gap > 0 && <Gap height={gap} columns={columns.length} />}
            <tbody data-chunk={at}>
              {rows.slice(at * CHUNK, (at + 1) * CHUNK).map((row, place) => (
                <Row
                  key={keyOf(row)}
                  row={row}
                  id={keyOf(row)}
                  index={at * CHUNK + place + 2}
                  columns={columns}
                  href={href?.(row)}
                  mark={mark?.(row)}
                />
              ))}
            </tbody>
          </Fragment>
        );
      })}
      {drawn.height(before) > 0 && <Gap height={drawn.height(before)} columns={columns.length} />}
    </table>
  );
}

interface RowProps<T> {
  row: T;
  id: string;
  index: number;
  columns: Column<T>[];
  href?: string;
  mark?: string;
}

/** A row. It is drawn again when it or the columns change, and not because others came into the document. */
class Row<T> extends Component<RowProps<T>> {
  override shouldComponentUpdate(next: RowProps<T>): boolean {
    const now = this.props;
    return (["row", "id", "index", "columns", "href", "mark"] as const).some((it) => next[it] !== now[it]);
  }
  override render({ row, id, index, columns, href, mark }: RowProps<T>) {
    return (
      <tr data-key={id} class={mark} aria-rowindex={index}>
        {columns.map((it, column) => (
          <td key={it.name} data-title={it.title} class={it.number ? "number" : ""}>
            {column === 0 && href ? (
              <a class="row-link" href={href}>
                {it.cell(row)}
              </a>
            ) : (
              it.cell(row)
            )}
          </td>
        ))}
      </tr>
    );
  }
}

/** The room that rows take which are not in the document. */
function Gap({ height, columns }: { height: number; columns: number }) {
  return (
    <tbody>
      <tr>
        <td colSpan={columns} style={{ height: `${height}px`, padding: 0 }} />
      </tr>
    </tbody>
  );
}

interface Drawn {
  /** The chunks that are in the document, in their order. */
  chunks: number[];
  /** The room of the chunks from one to before another, or to the end (px). */
  height: (from: number, to?: number) => number;
}

/** Says which chunks of a table are near the window. They are found when somebody scrolls, by the heights that were seen. */
function useDrawn(table: RefObject<HTMLTableElement | null>, count: number, rows: number): Drawn {
  const seen = useRef(new Map<number, number>());
  const [near, come] = useState<[number, number]>([0, SHORT]);
  const guess = () => {
    const known = [...seen.current.values()];
    return known.length > 0 ? known.reduce((all, it) => all + it, 0) / known.length : CHUNK * GUESS;
  };
  const height = (from: number, to = count) => {
    let all = 0;
    const usual = guess();
    for (let at = from; at < to; at++) {
      all += seen.current.get(at) ?? (at === count - 1 ? (usual * (rows - at * CHUNK)) / CHUNK : usual);
    }
    return all;
  };
  useEffect(() => {
    if (count <= SHORT) return;
    const look = () => {
      const it = table.current!;
      for (const one of it.querySelectorAll<HTMLElement>("[data-chunk]")) {
        seen.current.set(Number(one.dataset.chunk), one.offsetHeight);
      }
      const usual = guess();
      const top = -it.getBoundingClientRect().top - NEAR;
      let [from, y] = [0, 0];
      for (; from < count - 1; from++) {
        const next = y + (seen.current.get(from) ?? usual);
        if (next > top) break;
        y = next;
      }
      let to = from;
      for (; to < count && y < top + innerHeight + 2 * NEAR; to++) y += seen.current.get(to) ?? usual;
      come((now) => (now[0] === from && now[1] === to ? now : [from, to]));
    };
    look();
    addEventListener("scroll", look, { passive: true });
    addEventListener("resize", look);
    return () => {
      removeEventListener("scroll", look);
      removeEventListener("resize", look);
    };
  }, [count]);
  if (count <= SHORT) return { chunks: Array.from({ length: count }, (_, at) => at), height };
  const [from, to] = [Math.min(near[0], count - 1), Math.min(near[1], count)];
  const chunks = Array.from({ length: to - from }, (_, at) => from + at);
  // What has the focus stays.
  const held = table.current?.contains(document.activeElement)
    ? Number(document.activeElement!.closest<HTMLElement>("[data-chunk]")?.dataset.chunk ?? Number.NaN)
    : Number.NaN;
  if (held < from) chunks.unshift(held);
  if (held >= to && held < count) chunks.push(held);
  return { chunks, height };
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
