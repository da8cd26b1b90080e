import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";
import { Icon } from "../../parts/icon";
import { csv, save } from "./csv";
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
  children?: ComponentChildren;
}

const WIDTH = 640;
const HEIGHT = 160;
const FOOT = 18;

/** Bars, side by side for each row. Every bar is a link to its list; the same numbers are in a table, which can be saved. */
export function Chart({ title, by, rows, series, file, children }: ChartProps) {
  const id = useId();
  const most = Math.max(1, ...series.flatMap((it) => it.values));
  const step = WIDTH / Math.max(rows.length, 1);
  const width = Math.max(2, Math.min(28, (step * 0.8) / series.length));
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
      <svg class="bars" viewBox={`0 0 ${WIDTH} ${HEIGHT + FOOT}`} role="group" aria-label={title}>
        <line x1="0" x2={WIDTH} y1={HEIGHT} y2={HEIGHT} />
        {rows.map((row, at) =>
          series.map((it, nth) => {
            const value = it.values[at]!;
            const height = (value / most) * (HEIGHT - 16);
            const x = at * step + (step - width * series.length) / 2 + nth * width;
            if (!value) return null;
            return (
              <a key={`${row}${it.name}`} href={it.href(at)} aria-label={`${row}: ${it.name} ${value}`}>
                <rect class={`s${nth}`} x={x} y={HEIGHT - height} width={width - 1} height={height} />
                {rows.length * series.length <= 16 && (
                  <text x={x + width / 2} y={HEIGHT - height - 4} text-anchor="middle">
                    {value}
                  </text>
                )}
              </a>
            );
          }),
        )}
        {rows.map(
          (row, at) =>
            at % Math.ceil(rows.length / 5) === 0 && (
              <text key={row} class="tick" x={at * step + step / 2} y={HEIGHT + 14} text-anchor="middle">
                {row}
              </text>
            ),
        )}
      </svg>
      {children}
      <details>
        <summary>{o("chart.table")}</summary>
        <div class="scrolls" role="region" aria-label={`${title}: ${o("chart.table")}`}>
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
                    <td key={it.name}>{it.values[at] ? <a href={it.href(at)}>{it.values[at]}</a> : 0}</td>
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
