import { useLocation } from "preact-iso";
import type { AuditEntry, AuditPage } from "../../api/schema";
import { usePages } from "../../data/pages";
import { At } from "../../parts/due";
import { link, Page, Shown } from "../../parts/page";
import { Empty } from "../../parts/states";
import { label, t } from "../../words";
import { Table } from "../table";
import { saveFound, whole } from "./csv";
import { Asked, Filter, number, Pick, Save, Typed, Ways } from "./parts";
import * as reads from "./reads";
import { o } from "./words";

const HEAD = ["at", "actor", "operation", "outcome", "reason", "order_id", "dispute_id", "person", "listed"];
const DAY = 86_400_000;
/** The moment at which a day (UTC) begins, so many days later. */
const begins = (day: string, later = 0) => `${new Date(Date.parse(day) + later * DAY).toISOString().slice(0, 19)}Z`;

/** O6: who of the staff and of the marketplace's systems did what to which case, reads included or left out. */
export function Audit() {
  const { query } = useLocation();
  const { actor, case: about, from, to, kind } = query as Record<string, string | undefined>;
  const asked = {
    limit: 100,
    ...(actor ? { actor } : {}),
    ...(about ? { case: about } : {}),
    ...(from ? { from: begins(from) } : {}),
    ...(to ? { to: begins(to, 1) } : {}),
    ...(kind ? { kind } : {}),
  };
  const pages = usePages<AuditEntry, AuditPage>(reads.audit(asked));
  async function download() {
    const found = await whole<AuditEntry>((cursor) => reads.auditFrom(asked, cursor));
    saveFound("audit.csv", found, HEAD, (it) => [
      it.at,
      `${it.actor.role}:${it.actor.id}`,
      it.operation,
      it.outcome,
      it.reason,
      it.order_id,
      it.dispute_id,
      it.person,
      it.listed.join(" "),
    ]);
    return found;
  }
  return (
    <Page title={o("nav.audit")} narrow={false}>
      <Ways />
      <Filter place="audit">
        <Pick name="kind" title={o("audit.kind")} value={kind} all={o("audit.all")} of={[["acts", o("audit.acts")]]} />
        <Typed
          name="actor"
          title={o("audit.actor")}
          value={actor}
          pattern="(mediator|operator|platform):.+"
          example="operator:ola"
        />
        <Typed name="case" title={o("audit.case")} value={about} />
        <Asked name={o("from")}>
          <input type="date" name="from" defaultValue={from ?? ""} />
        </Asked>
        <Asked name={o("to")}>
          <input type="date" name="to" defaultValue={to ?? ""} />
        </Asked>
        <button type="submit" class="button primary small">
          {o("show")}
        </button>
      </Filter>
      <p class="tools">
        <Save write={download} />
      </p>
      <Shown read={pages.first} rows={6}>
        {() =>
          pages.items.length === 0 ? (
            <Empty icon="search" title={o("audit.none")} />
          ) : (
            <>
              <p class="soft small" role="status">
                {o("rows", { count: number(pages.items.length) + (pages.more ? "+" : "") })}
              </p>
              <Table
                label={o("nav.audit")}
                rows={pages.items}
                keyOf={(it) => it.id}
                columns={[
                  { name: "at", title: o("audit.at"), cell: (it) => <At at={it.at} /> },
                  { name: "actor", title: o("audit.actor"), cell: (it) => `${it.actor.role}:${it.actor.id}` },
                  { name: "operation", title: o("audit.operation"), cell: (it) => it.operation.replaceAll("_", " ") },
                  {
                    name: "outcome",
                    title: o("audit.outcome"),
                    cell: (it) => (
                      <>
                        {it.outcome.replaceAll("_", " ")}
                        {it.reason && <span class="block soft">{label("Why", it.reason)}</span>}
                      </>
                    ),
                  },
                  {
                    name: "about",
                    title: o("audit.case"),
                    cell: (it) =>
                      it.dispute_id ? (
                        <a href={link(`/disputes/${it.dispute_id}`)}>{it.dispute_id}</a>
                      ) : (
                        (it.order_id ?? it.person ?? "—")
                      ),
                  },
                  {
                    name: "listed",
                    title: o("audit.listed"),
                    number: true,
                    cell: (it) => (it.listed.length ? number(it.listed.length) : "—"),
                  },
                ]}
              />
              {pages.more && (
                <button type="button" class="button" onClick={() => void pages.more!()}>
                  {t("more")}
                </button>
              )}
            </>
          )
        }
      </Shown>
    </Page>
  );
}
