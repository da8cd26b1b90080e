import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { useLocation } from "preact-iso";
import type { Operations, UndeliveredMessage, UndeliveredPage } from "../../api/schema";
import { useAction } from "../../data/action";
import { usePages } from "../../data/pages";
import { readAgain, useRead } from "../../data/query";
import { At, moment, said } from "../../parts/due";
import { Form } from "../../parts/form";
import { Icon } from "../../parts/icon";
import { Page, Shown } from "../../parts/page";
import { Empty } from "../../parts/states";
import { who } from "../../session";
import { label, t } from "../../words";
import { Table } from "../table";
import { lasted, listed, number, some, Tile, Ways } from "./parts";
import * as reads from "./reads";
import { Webhooks } from "./webhooks";
import { o } from "./words";

const WHY = ["provider_works_again", "address_corrected", "setting_corrected", "person_asked"];
/** The messages that one request sends again at most. */
const AT_ONCE = 25;

/** O5: what is due, what waits in queues, what no provider took, and having it sent again. */
export function Plumbing() {
  const { query } = useLocation();
  const read = useRead({ ...reads.operations(), every: 20_000 });
  return (
    <Page title={o("nav.plumbing")} narrow={false}>
      <Ways />
      <Shown read={read} rows={6}>
        {(it) => (
          <>
            <p class="soft small">{o("health.as-of", { at: moment(it.as_of) })}</p>
            {it.unavailable.length > 0 && (
              <p class="notice">
                <Icon name="info" /> {o("plumbing.unavailable", { what: it.unavailable.join(", ") })}
              </p>
            )}
            <Numbers of={it} />
            {query.list === "due" && <Due />}
            {query.list === "erasures" && <Erasures />}
            <Undelivered of={it} />
            <Webhooks />
            <Queues of={it} />
          </>
        )}
      </Shown>
    </Page>
  );
}

function Numbers({ of }: { of: Operations }) {
  const late = Math.max(0, ...of.sweep.map((it) => it.late_s));
  const dead = of.queues.filter((it) => it.dead_letters);
  return (
    <div class="tiles">
      <Tile
        name={o("plumbing.sweep")}
        href={listed("plumbing", { list: "due" })}
        note={o("plumbing.shards", { count: of.sweep.length })}
      >
        {late ? lasted(late) : o("plumbing.in-time")}
      </Tile>
      {of.streams.map((it) => (
        <Tile
          key={it.function}
          name={o("plumbing.stream", { name: it.function })}
          note={it.lag_s === null && o("unknown")}
        >
          {lasted(it.lag_s)}
        </Tile>
      ))}
      <Tile name={o("plumbing.dead")} href="#queues" bad={dead.some((it) => it.waiting)}>
        {dead.some((it) => it.waiting === null) ? o("unknown") : number(dead.reduce((all, it) => all + it.waiting!, 0))}
      </Tile>
      <Tile name={o("plumbing.undelivered")} href="#undelivered" bad={of.undelivered.count > 0}>
        {some(of.undelivered)}
      </Tile>
      <Tile
        name={o("plumbing.erasures")}
        href={listed("plumbing", { list: "erasures" })}
        note={o("plumbing.failing", { count: of.erasures.failing.count })}
      >
        {some(of.erasures.open)}
      </Tile>
      <Tile name={o("plumbing.sms")}>
        {number(of.sms.sent)} / {number(of.sms.cap)}
      </Tile>
    </div>
  );
}

function Due() {
  const read = useRead(reads.due());
  return (
    <section class="card">
      <h2>{o("plumbing.due")}</h2>
      <Shown read={read}>
        {(it) =>
          it.items.length === 0 ? (
            <p>{o("plumbing.in-time")}</p>
          ) : (
            <Table
              label={o("plumbing.due")}
              rows={it.items}
              keyOf={(row) => row.order_id}
              columns={[
                { name: "order", title: o("col.order"), cell: (row) => row.order_id },
                { name: "shard", title: o("plumbing.shard"), number: true, cell: (row) => row.shard },
                { name: "at", title: o("plumbing.since"), cell: (row) => <At at={row.due_at} /> },
              ]}
            />
          )
        }
      </Shown>
    </section>
  );
}

function Erasures() {
  const read = useRead(reads.erasures());
  return (
    <section class="card">
      <h2>{o("plumbing.erasures")}</h2>
      <Shown read={read}>
        {(it) =>
          it.items.length === 0 ? (
            <p>{o("plumbing.none")}</p>
          ) : (
            <Table
              label={o("plumbing.erasures")}
              rows={it.items}
              keyOf={(row) => `${row.role}:${row.id}`}
              columns={[
                { name: "who", title: o("col.person"), cell: (row) => `${row.role}:${row.id}` },
                { name: "asked", title: o("plumbing.since"), cell: (row) => <At at={row.asked_at} /> },
                { name: "waits", title: o("plumbing.waits"), cell: (row) => row.waits_for.join(", ") || "—" },
                {
                  name: "failed",
                  title: o("plumbing.failed"),
                  cell: (row) => (row.failed_at ? <At at={row.failed_at} /> : "—"),
                },
              ]}
            />
          )
        }
      </Shown>
    </section>
  );
}

function Queues({ of }: { of: Operations }) {
  return (
    <section class="card" id="queues">
      <h2>{o("queues.title")}</h2>
      <p class="soft">{o("queues.why")}</p>
      <Table
        label={o("queues.title")}
        rows={of.queues}
        keyOf={(it) => it.name}
        mark={(it) => (it.dead_letters && it.waiting ? "late" : "")}
        columns={[
          { name: "name", title: o("queues.name"), cell: (it) => it.name },
          { name: "kind", title: o("queues.kind"), cell: (it) => o(it.dead_letters ? "queues.dead" : "queues.work") },
          {
            name: "waiting",
            title: o("queues.waiting"),
            number: true,
            cell: (it) => (it.waiting === null ? "—" : number(it.waiting)),
          },
          {
            name: "oldest",
            title: o("queues.oldest"),
            number: true,
            cell: (it) => lasted(it.oldest_s),
          },
        ]}
      />
    </section>
  );
}

/** The messages that no provider took: chosen, then sent again with a reason, after the number is said. */
function Undelivered({ of }: { of: Operations }) {
  const { query } = useLocation();
  const asked = { limit: 100, ...(query.reason ? { reason: query.reason } : {}) };
  const pages = usePages<UndeliveredMessage, UndeliveredPage>(reads.undelivered(asked));
  const first = pages.items.slice(0, AT_ONCE);
  const chosen = useSignal<string[]>([]);
  const why = useSignal(WHY[0]!);
  const sheet = useRef<HTMLDialogElement>(null);
  const action = useAction(`undelivered/${chosen.value.join()}`);
  const choose = (id: string) => {
    chosen.value = chosen.value.includes(id)
      ? chosen.value.filter((it) => it !== id)
      : [...chosen.value, id].slice(-AT_ONCE);
  };
  async function sendAgain() {
    const answer = await action.run({
      path: "/operations/undelivered/sent-again",
      body: { ids: chosen.value, reason: why.value },
    });
    if (!answer) return;
    said.value = o("undelivered.sent", { count: Number(answer.sent_again) });
    chosen.value = [];
    sheet.current?.close();
    await readAgain([who.value?.id, "undelivered"]);
    await readAgain([who.value?.id, "operations"]);
  }
  const columns = [
    {
      name: "pick",
      title: o("undelivered.pick"),
      cell: (it: UndeliveredMessage) => (
        <label class="tick">
          <input type="checkbox" checked={chosen.value.includes(it.id)} onChange={() => choose(it.id)} />
          <span class="unseen">{`${it.text} ${it.order_id}`}</span>
        </label>
      ),
    },
    { name: "text", title: o("undelivered.text"), cell: (it: UndeliveredMessage) => it.text },
    { name: "who", title: o("col.person"), cell: (it: UndeliveredMessage) => it.recipient },
    { name: "channel", title: o("undelivered.channel"), cell: (it: UndeliveredMessage) => it.channel },
    { name: "reason", title: o("undelivered.reason"), cell: (it: UndeliveredMessage) => it.reason },
    { name: "order", title: o("col.order"), cell: (it: UndeliveredMessage) => it.order_id },
    { name: "at", title: o("undelivered.at"), cell: (it: UndeliveredMessage) => <At at={it.at} /> },
  ];
  return (
    <section class="card" id="undelivered">
      <h2>{o("plumbing.undelivered")}</h2>
      <p class="tools">
        {of.undelivered.by_reason.map((it) => (
          <a
            key={it.reason}
            class="button small"
            href={`${listed("plumbing", { reason: query.reason === it.reason ? undefined : it.reason })}#undelivered`}
            aria-current={query.reason === it.reason ? "true" : undefined}
          >
            {it.reason} {number(it.count)}
          </a>
        ))}
      </p>
      <Shown read={pages.first} rows={3}>
        {() =>
          pages.items.length === 0 ? (
            <Empty icon="check" title={o("undelivered.none")} />
          ) : (
            <>
              <Table label={o("plumbing.undelivered")} columns={columns} rows={pages.items} keyOf={(row) => row.id} />
              {pages.more && (
                <button type="button" class="button" onClick={() => void pages.more!()}>
                  {t("more")}
                </button>
              )}
              <p class="tools">
                <button
                  type="button"
                  class="button small"
                  onClick={() => {
                    chosen.value = chosen.value.length ? [] : first.map((row) => row.id);
                  }}
                >
                  {o(chosen.value.length ? "undelivered.nobody" : "undelivered.all", { count: first.length })}
                </button>
                {chosen.value.length > 0 && (
                  <button type="button" class="button primary small" onClick={() => sheet.current?.showModal()}>
                    {o("undelivered.again", { count: chosen.value.length })}
                  </button>
                )}
              </p>
            </>
          )
        }
      </Shown>
      <dialog class="sheet" ref={sheet} aria-label={o("undelivered.confirm", { count: chosen.value.length })}>
        <div class="sheet-head">
          <h2>{o("undelivered.confirm", { count: chosen.value.length })}</h2>
          <button type="button" class="icon-button" aria-label={t("close")} onClick={() => sheet.current?.close()}>
            <Icon name="close" />
          </button>
        </div>
        <p>{o("undelivered.means")}</p>
        <Form
          action={action}
          submit={o("undelivered.again", { count: chosen.value.length })}
          onSubmit={() => void sendAgain()}
        >
          <label class="field">
            <span class="strong-label">{o("undelivered.why")}</span>
            <select
              value={why.value}
              onChange={(it) => {
                why.value = it.currentTarget.value;
              }}
            >
              {WHY.map((it) => (
                <option key={it} value={it}>
                  {label("Why", it)}
                </option>
              ))}
            </select>
          </label>
        </Form>
      </dialog>
    </section>
  );
}
