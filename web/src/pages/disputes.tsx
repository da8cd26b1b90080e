import { useLocation } from "preact-iso";
import * as reads from "../api/reads";
import type { Money as Amount, DisputePage, DisputeSummary } from "../api/schema";
import { usePages } from "../data/pages";
import { OFTEN, SELDOM, useRead } from "../data/query";
import { DisputeRow } from "../dispute/row";
import { me, other, REASONS } from "../dispute/view";
import { Icon } from "../parts/icon";
import { LongList, More } from "../parts/long-list";
import { money } from "../parts/money";
import { link, Page, Shown } from "../parts/page";
import { Search } from "../parts/search";
import { Empty } from "../parts/states";
import { type Key, label, t } from "../words";

type Tab = "mine" | "theirs" | "mediator" | "done";

const query = (tab: Tab): Record<string, string | number> => {
  switch (tab) {
    case "mine":
      return { awaiting: "me", sort: "deadline", limit: 100 };
    case "theirs":
      return { status: `waiting_for_${other(me())}_response`, limit: 50 };
    case "mediator":
      return { status: "under_review", limit: 50 };
    case "done":
      return { status: "resolved", limit: 50 };
  }
};

/** Nobody opens a dispute about an unknown charge here: its reason narrows nothing. */
const OPENED_HERE = REASONS.filter((it) => it !== "unauthorised_charge");

/** From so many disputes on they can be searched and narrowed. */
const SEARCHED_FROM = 6;

/** V1: the person's disputes: those that need them first, by deadline, then the others by whom they wait for. */
export function Disputes() {
  const { query: address, route } = useLocation();
  const at = (address.show ?? "mine") as Tab;
  const q = address.q ?? "";
  const reason = address.reason ?? "";
  // What is looked for is found whatever else was chosen.
  const asked: Record<string, string | number> = q ? { q, limit: 50 } : { ...query(at), ...(reason ? { reason } : {}) };
  const pages = usePages<DisputeSummary, DisputePage>({
    ...reads.disputes(asked),
    next: (cursor) => reads.disputesFrom(asked, cursor),
    every: OFTEN,
  });
  const mine = useRead({ ...reads.disputes(query("mine")), every: SELDOM });
  const waiting = mine.data?.items ?? [];
  const tabs: [Tab, string][] = [
    ["mine", t("tab.mine")],
    ["theirs", t(`tab.${other(me())}` as Key)],
    ["mediator", t("tab.mediator")],
    ["done", t("tab.done")],
  ];
  const to = (tab: string, about = reason) => {
    const chosen = new URLSearchParams({
      ...(tab === "mine" ? {} : { show: tab }),
      ...(about ? { reason: about } : {}),
    });
    return link(`/disputes${chosen.size > 0 ? `?${chosen}` : ""}`);
  };
  return (
    <Page title={t(me() === "seller" ? "nav.todo" : "nav.disputes")} narrow={false}>
      {me() === "seller" && <Stakes of={waiting} more={!!mine.data?.cursor} />}
      <nav class="tabs" aria-label={t("tab.title")}>
        {tabs.map(([name, words]) => (
          <a key={name} href={to(name)} aria-current={name === at && !q ? "page" : undefined}>
            {words}
            {name === "mine" && waiting.length > 0 && (
              <span class="count">
                {waiting.length}
                {mine.data?.cursor && "+"}
              </span>
            )}
          </a>
        ))}
      </nav>
      <div class="narrowing" hidden={!q && !reason && pages.items.length < SEARCHED_FROM}>
        <Search
          value={q}
          hint={t("search.what")}
          onSearch={(words) => route(words ? link(`/disputes?q=${encodeURIComponent(words)}`) : to(at), true)}
        />
        {!q && (
          <select
            aria-label={t("claim.reason")}
            value={reason}
            onChange={(it) => route(to(at, it.currentTarget.value), true)}
          >
            <option value="">{t("reason.any")}</option>
            {OPENED_HERE.map((it) => (
              <option key={it} value={it}>
                {label("Reason", it)}
              </option>
            ))}
          </select>
        )}
      </div>
      <Shown read={pages.first} rows={4}>
        {() =>
          pages.items.length === 0 ? (
            <Empty icon="check-clock" title={t(at === "mine" && !q && !reason ? "todo.none" : "todo.none.tab")}>
              {at === "mine" && !q && !reason && <p>{t("todo.none.why")}</p>}
            </Empty>
          ) : (
            <>
              <LongList items={pages.items} class="cards grid" height={150}>
                {(it) => (
                  <li key={it.id}>
                    <DisputeRow of={it} again={() => void pages.first.refetch()} />
                  </li>
                )}
              </LongList>
              <More pages={pages} />
            </>
          )
        }
      </Shown>
    </Page>
  );
}

/** What is asked for, in all, in what needs the seller: a sum for each currency. */
function Stakes({ of, more }: { of: DisputeSummary[]; more: boolean }) {
  const sums = new Map<string, Amount>();
  for (const { requested: it } of of)
    sums.set(it.currency, { ...it, minor: it.minor + (sums.get(it.currency)?.minor ?? 0) });
  if (sums.size === 0) return null;
  const amounts = [...sums.values()].map((it) => money(it)).join(" + ");
  return (
    <p class="stakes">
      <Icon name="coin" /> <span>{t(more ? "stakes.least" : "stakes", { amounts })}</span>
    </p>
  );
}
