import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { useLocation } from "preact-iso";
import type { MediationQueue, WaitingDispute } from "../../api/schema";
import { now } from "../../data/clock";
import { every, useLive } from "../../data/live";
import { usePages } from "../../data/pages";
import { useRead } from "../../data/query";
import { Due, day } from "../../parts/due";
import { Icon } from "../../parts/icon";
import { More } from "../../parts/long-list";
import { Money, money } from "../../parts/money";
import { link, Page, Shown } from "../../parts/page";
import { Empty } from "../../parts/states";
import { who } from "../../session";
import { type Key, label, t } from "../../words";
import { useKeys } from "../keys";
import { type Column, focusRow, rowHere, Table, walk } from "../table";
import { take } from "./acts";
import { Filters, filtersOf, Tabs } from "./filters";
import { keepList } from "./list";
import * as reads from "./reads";
import { d } from "./words";

const COLUMNS = (): Column<WaitingDispute>[] => [
  { name: "about", width: "19%", title: d("queue.about"), cell: (it) => <About of={it} /> },
  { name: "due", width: "26%", title: d("queue.due"), cell: (it) => it.deadline && <Due at={it.deadline} /> },
  { name: "parties", width: "17%", title: d("queue.parties"), cell: (it) => <Parties of={it} /> },
  { name: "asked", width: "11%", title: d("queue.asked"), number: true, cell: (it) => <Asked of={it} /> },
  { name: "entered", width: "15%", title: d("queue.entered"), cell: (it) => <Entered of={it} /> },
  { name: "mediator", width: "12%", title: t("role.mediator"), cell: (it) => <Whose of={it} /> },
];

/** M1: the cases that wait for a mediator: the caller's own first, each a row that the keyboard reaches. */
export function Queue() {
  const { query, route } = useLocation();
  const at = query as Record<string, string>;
  const asked = filtersOf(at);
  const pages = usePages<WaitingDispute, MediationQueue>({ ...reads.queue({ ...asked, limit: 100 }), every: every() });
  const work = useRead({ ...reads.workload(), every: 90_000 });
  useNews(() => {
    void pages.first.refetch();
    void work.refetch();
  });
  const said = useSignal<{ words: string; row?: string } | null>(null);
  const find = useRef<HTMLDivElement>(null);
  const rows = pages.items;
  useEffect(
    () =>
      keepList(
        rows.map((it) => it.id),
        location.pathname + location.search,
      ),
    [rows],
  );
  const go = (tab: string) => route(link(`/mediation?tab=${tab}`));
  async function taking() {
    const id = rowHere();
    const row = rows.find((it) => it.id === id);
    // A row can leave the list under the hand. Nobody takes another one than the one that they looked at.
    if (!id || !row) return void walk(1);
    if (row.mediator_id === who.value!.id) return route(link(`/disputes/${id}`));
    const next = rows[rows.indexOf(row) + 1]?.id ?? rows[rows.indexOf(row) - 1]?.id;
    const outcome = await take(id);
    if (outcome.taken) return route(link(`/disputes/${id}`));
    const by = outcome.by;
    said.value = {
      words: by ? d("taken.faster", { who: by, id }) : (outcome.failure.problem.detail ?? t("problem.unknown")),
      row: id,
    };
    requestAnimationFrame(() => focusRow(next));
  }
  useKeys(d("nav.queue"), [
    { keys: "j", words: d("keys.next"), run: () => walk(1) },
    { keys: "k", words: d("keys.before"), run: () => walk(-1) },
    { keys: "t", words: d("keys.take"), run: () => void taking() },
    { keys: "/", words: d("keys.find"), run: () => find.current?.querySelector("input")?.focus() },
    { keys: "r", words: d("keys.again"), run: () => void pages.first.refetch() },
    { keys: "g m", words: d("tab.cases.mine"), run: () => go("mine") },
    { keys: "g u", words: d("tab.cases.unassigned"), run: () => go("unassigned") },
    { keys: "g o", words: d("tab.cases.others"), run: () => go("others") },
    { keys: "g a", words: d("tab.cases.appeals"), run: () => go("appeals") },
  ]);
  const totals = pages.first.data?.totals;
  return (
    <Page title={d("nav.queue")} narrow={false}>
      <ul class="figures" aria-label={d("strip.title")}>
        <Figure words={d("strip.mine")} href="/mediation?tab=mine" value={work.data && mineOf(work.data.people)} />
        <Figure
          words={d("strip.due")}
          href={`/mediation?tab=all&sort=deadline&due_before=${inHours(48)}`}
          value={work.data?.due_48h}
        />
        <Figure words={d("strip.unassigned")} href="/mediation?tab=unassigned" value={work.data?.unassigned} />
        {work.data?.oldest_unassigned && (
          <li class="soft">{d("strip.oldest", { date: day(work.data.oldest_unassigned) })}</li>
        )}
      </ul>
      <Tabs at={at} totals={totals} />
      <div ref={find}>
        <Filters at={at} />
      </div>
      <p role="status" class={said.value ? "strip" : "unseen"}>
        {said.value && (
          <>
            <Icon name="alert" /> {said.value.words}
          </>
        )}
      </p>
      <Shown read={pages.first} rows={6}>
        {() =>
          rows.length === 0 ? (
            <Empty icon="check-clock" title={d("queue.none")}>
              {(at.tab ?? "mine") === "mine" && (
                <a class="button primary" href={link("/mediation?tab=unassigned")}>
                  {d("queue.look")}
                </a>
              )}
            </Empty>
          ) : (
            <>
              <Table
                label={d("nav.queue")}
                columns={COLUMNS()}
                rows={rows}
                keyOf={(it) => it.id}
                href={(it) => link(`/disputes/${it.id}`)}
                mark={(it) => (said.value?.row === it.id ? "gone" : "")}
              />
              <More pages={pages} words={d("queue.more")} />
            </>
          )
        }
      </Shown>
    </Page>
  );
}

const mineOf = (people: { mediator_id: string; open: number }[]) =>
  people.find((it) => it.mediator_id === who.value!.id)?.open ?? 0;

/** What comes within this time is one reading (ms): a busy desk's queue changes many times a minute. */
const TOGETHER = 2_000;

/** Calls `told` when any case has news, at most every two seconds. Operators have no live connection. */
function useNews(told: () => void): void {
  const waiting = useRef(0);
  const latest = useRef(told);
  latest.current = told;
  useLive(
    () => {
      waiting.current ||= window.setTimeout(() => {
        waiting.current = 0;
        latest.current();
      }, TOGETHER);
    },
    undefined,
    who.value!.role === "mediator",
  );
  useEffect(() => () => clearTimeout(waiting.current), []);
}

/** A moment so many hours from now, as the API takes it. */
export const inHours = (hours: number) => `${new Date(now() + hours * 3600_000).toISOString().slice(0, 19)}Z`;

function Figure({ words, value, href }: { words: string; value?: number; href: string }) {
  return (
    <li>
      <a href={link(href)}>
        <b>{value ?? "…"}</b> {words}
      </a>
    </li>
  );
}

function About({ of }: { of: WaitingDispute }) {
  return (
    <span>
      <b>{t(`reason.title.${of.reason}` as Key)}</b>
      <span class="soft block small">{of.titles.length > 0 ? of.titles.join(", ") : of.id}</span>
    </span>
  );
}

function Parties({ of }: { of: WaitingDispute }) {
  const speaks = [...new Set([of.languages.buyer, of.languages.seller].filter(Boolean))];
  return (
    <span>
      {of.buyer_id} · {of.seller_name ?? of.seller_id}
      {speaks.length > 0 && <span class="soft small block">{speaks.join(", ")}</span>}
    </span>
  );
}

function Asked({ of }: { of: WaitingDispute }) {
  return (
    <span>
      <Money of={of.requested} strong />
      <span class="soft block small">{d("queue.of", { amount: money(of.order_price) })}</span>
    </span>
  );
}

function Entered({ of }: { of: WaitingDispute }) {
  const waits = of.asked.filter((it) => it.what === "answer_question");
  return (
    <span>
      {label("EnteredBy", of.entered_by)}
      {waits.map((it) => (
        <span key={it.of} class="soft block small">
          {d("queue.question", { who: label("Role", it.of) })}
        </span>
      ))}
      {(of.unread ?? 0) > 0 && <span class="tag">{d("queue.unread", { count: of.unread! })}</span>}
    </span>
  );
}

function Whose({ of }: { of: WaitingDispute }) {
  if (of.mediator_id) return <>{of.mediator_id === who.value!.id ? t("you") : of.mediator_id}</>;
  return <span class="soft">{d(of.can_assign ? "queue.free" : "queue.barred")}</span>;
}
