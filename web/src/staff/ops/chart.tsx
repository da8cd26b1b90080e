import { useId } from "preact/hooks";
import { Icon } from "../../parts/icon";
import { csv, save } from "./csv";
import { number, utcDay } from "./parts";
import { o } from "./words";

export interface Series {
  name: string;
  values: number[];
  /** Where a mark leads: the list behind its number. */
  href: (at: number) => string;
}

interface ChartProps {
  title: string;
  /** The name of the first column, and of each row. */
  by: string;
  rows: string[];
  series: Series[];
  /** The name of the file that the table is saved as. */
  file: string;
  /** True for rows that are days, which stand beside each other; others stand below each other, with their names. */
  days?: boolean;
}

/** Bars. Each is a link to its list; the same numbers are in a table, which can be saved. */
export function Chart({ title, by, rows, series, file, days = false }: ChartProps) {
  const id = useId();
  const table = [
    [by, ...series.map((it) => it.name)],
    ...rows.map((row, at) => [row, ...series.map((it) => it.values[at]!)]),
  ];
  return (
    <section class="card chart" aria-labelledby={id}>
      <h2 id={id}>{title}</h2>
      <ul class="legend">
        {series.map((it, at) => (
          <li key={it.name}>
            <span class={`swatch s${at}`} aria-hidden="true" /> {it.name}
          </li>
        ))}
      </ul>
      {days ? <Columns title={title} rows={rows} series={series} /> : <Lines rows={rows} series={series} />}
      <details>
        <summary>{o("chart.table")}</summary>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and a keyboard has to reach it */}
        <div class="scrolls" role="region" tabIndex={0} aria-label={`${title}: ${o("chart.table")}`}>
          <table class="plain">
            <thead>
              <tr>
                {table[0]!.map((it) => (
                  <th key={it} scope="col">
                    {it}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {rows.map((row, at) => (
                <tr key={row}>
                  <th scope="row">{row}</th>
                  {series.map((it) => (
                    <td key={it.name}>{it.values[at] ? <a href={it.href(at)}>{number(it.values[at]!)}</a> : 0}</td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </details>
      <button type="button" class="button small" onClick={() => save(`${file}.csv`, csv(table))}>
        <Icon name="save" /> {o("csv")}
      </button>
    </section>
  );
}

const largest = (series: Series[]) => Math.max(1, ...series.flatMap((it) => it.values));
const WIDTH = 640;
const HEIGHT = 160;

/** A column for each day. The drawing is as wide as its place, so its words stand outside of it. */
function Columns({ title, rows, series }: Pick<ChartProps, "title" | "rows" | "series">) {
  const most = largest(series);
  const step = WIDTH / Math.max(rows.length, 1);
  const width = Math.max(2, Math.min(28, (step * 0.8) / series.length));
  return (
    <div class="columns-chart">
      <span class="soft small">{number(most)}</span>
      <svg class="bars" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" role="group" aria-label={title}>
        <line x1="0" x2={WIDTH} y1="0.5" y2="0.5" />
        <line x1="0" x2={WIDTH} y1={HEIGHT - 0.5} y2={HEIGHT - 0.5} />
        {rows.map((row, at) =>
          series.map((it, nth) => {
            const value = it.values[at]!;
            if (!value) return null;
            const height = (value / most) * HEIGHT;
            const x = at * step + (step - width * series.length) / 2 + nth * width;
            return (
              <a key={`${row}${it.name}`} href={it.href(at)} aria-label={`${row}: ${it.name} ${value}`}>
                <rect class={`s${nth}`} x={x} y={HEIGHT - height} width={width - 0.5} height={height} />
              </a>
            );
          }),
        )}
      </svg>
      <p class="ends soft small">
        {[...new Set([rows[0], rows[Math.floor(rows.length / 2)], rows.at(-1)])].map((it) => (
          <span key={it}>{it && utcDay(it)}</span>
        ))}
      </p>
    </div>
  );
}

/** A line for each row, with its name above its bars and each number beside its bar. */
function Lines({ rows, series }: Pick<ChartProps, "rows" | "series">) {
  const most = largest(series);
  return (
    <ul class="bars lines">
      {rows.map((row, at) => (
        <li key={row}>
          <span>{row}</span>
          {series.map(
            (it, nth) =>
              it.values[at]! > 0 && (
                <a key={it.name} href={it.href(at)} aria-label={`${row}: ${it.name} ${it.values[at]}`}>
                  <span class={`bar s${nth}`} style={{ inlineSize: `${(it.values[at]! / most) * 85}%` }} />
                  {number(it.values[at]!)}
                </a>
              ),
          )}
        </li>
      ))}
    </ul>
  );
}
