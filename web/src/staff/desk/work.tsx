import type { Load } from "../../api/schema";
import { useRead } from "../../data/query";
import { Due } from "../../parts/due";
import { link, Page, Shown } from "../../parts/page";
import { Empty } from "../../parts/states";
import { who } from "../../session";
import { t } from "../../words";
import { useKeys } from "../keys";
import { type Column, Table, walk } from "../table";
import { inHours } from "./queue";
import * as reads from "./reads";
import { d } from "./words";

const queue = (query: Record<string, string>) => link(`/mediation?${new URLSearchParams({ tab: "all", ...query })}`);

const COLUMNS = (): Column<Load>[] => [
  {
    name: "who",
    title: t("role.mediator"),
    cell: (it) => (it.mediator_id === who.value!.id ? t("you") : it.mediator_id),
  },
  { name: "open", title: d("work.open"), number: true, cell: (it) => <Count of={it} value={it.open} query={{}} /> },
  {
    name: "soon",
    title: d("work.soon"),
    number: true,
    cell: (it) => <Count of={it} value={it.due_48h} query={{ due_before: inHours(48), sort: "deadline" }} />,
  },
  {
    name: "idle",
    title: d("work.untouched"),
    number: true,
    cell: (it) => <Count of={it} value={it.untouched} query={{ idle_since: inHours(-24) }} />,
  },
  { name: "next", title: d("work.next"), cell: (it) => (it.next_due ? <Due at={it.next_due} /> : "—") },
  {
    name: "decided",
    title: d("work.decided"),
    number: true,
    cell: (it) => <Count of={it} value={it.decided} query={{ state: "decided", sort: "age" }} />,
  },
  {
    name: "hours",
    title: d("work.hours"),
    number: true,
    cell: (it) => (it.hours_to_decision === null ? "—" : d("work.h", { count: it.hours_to_decision })),
  },
  {
    name: "changed",
    title: d("work.changed"),
    number: true,
    cell: (it) => d("work.of", { some: it.changed, all: it.appealed }),
  },
];

function Count({ of, value, query }: { of: Load; value: number; query: Record<string, string> }) {
  if (value === 0) return <span class="soft">0</span>;
  return <a href={queue({ mediator_id: of.mediator_id, ...query })}>{value}</a>;
}

/** M5: what everybody has to do, what is due or untouched, and what was decided. Each number opens its list. */
export function Work() {
  const read = useRead({ ...reads.workload(), every: 60_000 });
  useKeys(d("nav.work"), [
    { keys: "j", words: d("keys.next"), run: () => walk(1) },
    { keys: "k", words: d("keys.before"), run: () => walk(-1) },
  ]);
  return (
    <Page title={d("nav.work")} narrow={false}>
      <Shown read={read} rows={4}>
        {(work) => {
          const most = Math.max(1, ...work.decided_by_day.map((it) => it.decided));
          return (
            <>
              <ul class="figures">
                <li>
                  <a href={queue({ due_before: inHours(48), sort: "deadline" })}>
                    <b>{work.due_48h}</b> {d("strip.due")}
                  </a>
                </li>
                <li>
                  <a href={queue({ idle_since: inHours(-24) })}>
                    <b>{work.untouched}</b> {d("work.untouched.all")}
                  </a>
                </li>
                <li>
                  <a href={link("/mediation?tab=unassigned")}>
                    <b>{work.unassigned}</b> {d("strip.unassigned")}
                  </a>
                </li>
              </ul>
              {work.people.length === 0 ? (
                <Empty icon="check-clock" title={d("work.nobody")} />
              ) : (
                <Table
                  label={d("nav.work")}
                  columns={COLUMNS()}
                  rows={work.people}
                  keyOf={(it) => it.mediator_id}
                  href={(it) => queue({ mediator_id: it.mediator_id })}
                />
              )}
              <section class="card">
                <h2>{d("work.days")}</h2>
                <table class="days">
                  <caption class="unseen">{d("work.days")}</caption>
                  <tbody>
                    {work.decided_by_day.map((it) => (
                      <tr key={it.day}>
                        <th scope="row">{it.day}</th>
                        <td>
                          <meter min={0} max={most} value={it.decided} aria-hidden="true" />
                        </td>
                        <td class="number">{it.decided}</td>
                      </tr>
                    ))}
                  </tbody>
                </table>
                <p class="soft small">{d("work.utc")}</p>
              </section>
              {who.value!.lead && <p class="soft">{d("work.lead")}</p>}
            </>
          );
        }}
      </Shown>
    </Page>
  );
}
