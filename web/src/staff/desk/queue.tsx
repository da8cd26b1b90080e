import type { WaitingDispute } from "../../api/schema";
import { useRead } from "../../data/query";
import { Due } from "../../parts/due";
import { Money } from "../../parts/money";
import { link, Page, Shown } from "../../parts/page";
import { Empty } from "../../parts/states";
import { type Key, t } from "../../words";
import { useKeys } from "../keys";
import { type Column, Table, walk } from "../table";
import * as reads from "./reads";
import { d } from "./words";

const COLUMNS = (): Column<WaitingDispute>[] => [
  { name: "about", title: d("queue.about"), cell: (it) => <b>{t(`reason.title.${it.reason}` as Key)}</b> },
  { name: "due", title: d("queue.due"), cell: (it) => it.deadline && <Due at={it.deadline} /> },
  { name: "parties", title: d("queue.parties"), cell: (it) => `${it.buyer_id} · ${it.seller_name ?? it.seller_id}` },
  { name: "asked", title: d("queue.asked"), number: true, cell: (it) => <Money of={it.requested} /> },
  { name: "mediator", title: t("role.mediator"), cell: (it) => it.mediator_id ?? "—" },
];

/** M1: the cases that wait for a mediator. */
export function Queue() {
  const read = useRead({ ...reads.queue({ limit: 100 }), every: 20_000 });
  useKeys(d("nav.queue"), [
    { keys: "j", words: d("keys.next"), run: () => walk(1) },
    { keys: "k", words: d("keys.before"), run: () => walk(-1) },
    { keys: "r", words: d("keys.again"), run: () => void read.refetch() },
  ]);
  return (
    <Page title={d("nav.queue")} narrow={false}>
      <Shown read={read} rows={6}>
        {(page) =>
          page.items.length === 0 ? (
            <Empty icon="check-clock" title={d("queue.none")} />
          ) : (
            <Table
              label={d("nav.queue")}
              columns={COLUMNS()}
              rows={page.items}
              keyOf={(it) => it.id}
              href={(it) => link(`/disputes/${it.id}`)}
            />
          )
        }
      </Shown>
    </Page>
  );
}
