import { useLocation } from "preact-iso";
import * as reads from "../api/reads";
import { useRead } from "../data/query";
import { DisputeRow } from "../dispute/row";
import { me, other } from "../dispute/view";
import { link, Page, Shown } from "../parts/page";
import { Empty } from "../parts/states";
import { type Key, t } from "../words";

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

/** V1: the person's disputes: those that need them first, by deadline, then the others by whom they wait for. */
export function Disputes() {
  const at = (useLocation().query.show ?? "mine") as Tab;
  const read = useRead({ ...reads.disputes(query(at)), every: 20_000 });
  const mine = useRead({ ...reads.disputes(query("mine")), every: 30_000 });
  const count = mine.data?.items.length ?? 0;
  const tabs: [Tab, string][] = [
    ["mine", t("tab.mine")],
    ["theirs", t(`tab.${other(me())}` as Key)],
    ["mediator", t("tab.mediator")],
    ["done", t("tab.done")],
  ];
  return (
    <Page title={t(me() === "seller" ? "nav.todo" : "nav.disputes")} narrow={false}>
      <nav class="tabs" aria-label={t("tab.title")}>
        {tabs.map(([name, words]) => (
          <a
            key={name}
            href={link(`/disputes${name === "mine" ? "" : `?show=${name}`}`)}
            aria-current={name === at ? "page" : undefined}
          >
            {words}
            {name === "mine" && count > 0 && <span class="count">{count}</span>}
          </a>
        ))}
      </nav>
      <Shown read={read} rows={4}>
        {(page) =>
          page.items.length === 0 ? (
            <Empty icon="check-clock" title={t(at === "mine" ? "todo.none" : "todo.none.tab")}>
              {at === "mine" && <p>{t("todo.none.why")}</p>}
            </Empty>
          ) : (
            <ul class="cards">
              {page.items.map((it) => (
                <li key={it.id}>
                  <DisputeRow of={it} again={() => void read.refetch()} />
                </li>
              ))}
            </ul>
          )
        }
      </Shown>
    </Page>
  );
}
