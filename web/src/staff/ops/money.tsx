import { useLocation } from "preact-iso";
import type { LedgerSum, Operations, PaymentInstruction } from "../../api/schema";
import { useRead } from "../../data/query";
import { At } from "../../parts/due";
import { Icon } from "../../parts/icon";
import { Money as Amount } from "../../parts/money";
import { Page, Shown } from "../../parts/page";
import { Empty } from "../../parts/states";
import { label } from "../../words";
import { type Column, Table } from "../table";
import { listed, number, some, Tile, Ways } from "./parts";
import * as reads from "./reads";
import { o } from "./words";

const LISTS: Record<string, Record<string, string>> = {
  failed: { status: "failed", sort: "oldest" },
  overdue: { status: "pending", overdue: "true", sort: "oldest" },
  pending: { status: "pending", sort: "oldest" },
};

const COLUMNS = (): Column<PaymentInstruction>[] => [
  { name: "id", title: o("money.id"), cell: (it) => <Copied text={it.id} /> },
  {
    name: "order",
    title: o("col.order"),
    // A payment's id begins with its order's.
    cell: ({ id }) => {
      const order = id.slice(0, id.lastIndexOf("-p"));
      return <a href={listed("disputes", { q: order })}>{order}</a>;
    },
  },
  { name: "state", title: o("col.state"), cell: (it) => label("InstructionStatus", it.status) },
  { name: "amount", title: o("money.amount"), number: true, cell: (it) => <Amount of={it.amount} /> },
  { name: "payee", title: o("money.payee"), cell: (it) => it.payee },
  { name: "issued", title: o("money.issued"), cell: (it) => <At at={it.issued_at} /> },
  { name: "attempts", title: o("money.attempts"), number: true, cell: (it) => it.attempts },
  { name: "failure", title: o("money.failure"), cell: (it) => it.failure ?? (it.overdue_at ? o("money.silent") : "—") },
];

function Copied({ text }: { text: string }) {
  return (
    <span class="copied">
      {text}{" "}
      <button
        type="button"
        class="icon-button"
        aria-label={o("copy.id", { text })}
        onClick={() => void navigator.clipboard.writeText(text)}
      >
        <Icon name="copy" />
      </button>
    </span>
  );
}

/** O4: payments that failed, are overdue or held, and whether the money adds up. */
export function Money() {
  const { query } = useLocation();
  const list = query.list ?? "failed";
  const all = useRead({ ...reads.operations(), every: 30_000 });
  const payments = useRead({
    ...reads.payments({ ...(LISTS[list] ?? LISTS.failed), limit: 100 }),
    enabled: list !== "held",
  });
  const held = useRead({ ...reads.held(), enabled: list === "held" });
  return (
    <Page title={o("nav.money")} narrow={false}>
      <Ways />
      <Shown read={all} rows={4}>
        {({ payments: it, switches }) => (
          <div class="tiles">
            {(["failed", "overdue", "held", "pending"] as const).map((name) => (
              <Tile
                key={name}
                name={o(`money.${name}`)}
                href={listed("money", { list: name })}
                bad={(name === "failed" || name === "overdue") && it[name].count > 0}
                note={
                  name === "held" && switches["payouts-held"]
                    ? o("money.switch")
                    : name === list
                      ? o("money.below")
                      : undefined
                }
              >
                {some(it[name])}
              </Tile>
            ))}
          </div>
        )}
      </Shown>
      <h2>{o(`money.${list as "failed"}`)}</h2>
      {list === "held" ? (
        <Shown read={held} rows={4}>
          {(it) =>
            it.items.length === 0 ? (
              <Empty icon="check" title={o("money.none")} />
            ) : (
              <Table
                label={o("money.held")}
                columns={[
                  { name: "order", title: o("col.order"), cell: (row) => row.order_id },
                  { name: "again", title: o("money.again"), cell: (row) => <At at={row.looks_again_at} /> },
                ]}
                rows={it.items}
                keyOf={(row) => row.event}
              />
            )
          }
        </Shown>
      ) : (
        <Shown read={payments} rows={4}>
          {(it) =>
            it.items.length === 0 ? (
              <Empty icon="check" title={o("money.none")} />
            ) : (
              <Table
                label={o(`money.${list as "failed"}`)}
                columns={COLUMNS()}
                rows={it.items}
                keyOf={(row) => row.id}
              />
            )
          }
        </Shown>
      )}
      {all.data && <Ledger of={all.data.ledger} />}
    </Page>
  );
}

function Ledger({ of: ledger }: { of: Operations["ledger"] }) {
  return (
    <section class="card">
      <h2>{o("ledger.title")}</h2>
      <p class="soft">{o("ledger.why")}</p>
      {ledger === null ? (
        <p>{o("ledger.never")}</p>
      ) : (
        <>
          <p>
            {o(ledger.done ? "ledger.done" : "ledger.going", {
              day: ledger.day,
              faults: number(ledger.faults),
            })}
          </p>
          <Sums of={ledger.currencies} />
        </>
      )}
    </section>
  );
}

function Sums({ of }: { of: LedgerSum[] }) {
  const sums = ["held", "refunded", "released", "paid"] as const;
  return (
    <Table
      label={o("ledger.title")}
      rows={of}
      keyOf={(it) => it.currency}
      mark={(it) => (it.holds < it.orders ? "late" : "")}
      columns={[
        { name: "currency", title: o("By.currency"), cell: (it) => it.currency },
        {
          name: "holds",
          title: o("ledger.holds"),
          cell: (it) => (
            <>
              <Icon name={it.holds === it.orders ? "check" : "alert"} /> {number(it.holds)} / {number(it.orders)}
            </>
          ),
        },
        ...sums.map((name) => ({
          name,
          title: o(`ledger.${name}`),
          number: true,
          cell: (it: LedgerSum) => <Amount of={it[name]} />,
        })),
      ]}
    />
  );
}
