import { useLocation } from "preact-iso";
import type { AuditEntry, AuditPage } from "../../api/schema";
import { usePages } from "../../data/pages";
import { At } from "../../parts/due";
import { Page, Shown } from "../../parts/page";
import { Empty } from "../../parts/states";
import { label, t } from "../../words";
import { Table } from "../table";
import { csv, save, whole } from "./csv";
import { Filter, number, Save, Ways } from "./parts";
import * as reads from "./reads";
import { o } from "./words";

const PAGES_SAVED = 50;

/** O6: who of the staff and of the marketplace's systems did what to which case, reads included. */
export function Audit() {
  const { query } = useLocation();
  const [actor, about] = [query.actor ?? "", query.case ?? ""];
  const asked = { limit: 100, ...(actor ? { actor } : {}), ...(about ? { case: about } : {}) };
  const pages = usePages<AuditEntry, AuditPage>(reads.audit(asked));
  async function download() {
    const all = await whole<AuditEntry>((cursor) => reads.auditFrom(asked, cursor), PAGES_SAVED);
    const head = ["at", "actor", "operation", "outcome", "reason", "order_id", "dispute_id", "person", "listed"];
    const row = (it: AuditEntry) => [
      it.at,
      `${it.actor.role}:${it.actor.id}`,
      it.operation,
      it.outcome,
      it.reason,
      it.order_id,
      it.dispute_id,
      it.person,
      it.listed.join(" "),
    ];
    save("audit.csv", csv([head, ...all.map(row)]));
  }
  return (
    <Page title={o("nav.audit")} narrow={false}>
      <Ways />
      <Filter place="audit">
        <input
          name="actor"
          aria-label={o("audit.actor")}
          placeholder={o("audit.actor")}
          value={actor}
          pattern="(mediator|operator|platform):.+"
          title="operator:ola"
        />
        <input name="case" aria-label={o("audit.case")} placeholder={o("audit.case")} value={about} />
        <button type="submit" class="button primary small">
          {o("show")}
        </button>
        <Save write={download} />
      </Filter>
      <Shown read={pages.first} rows={6}>
        {() =>
          pages.items.length === 0 ? (
            <Empty icon="search" title={o("audit.none")} />
          ) : (
            <>
              <p class="soft small" role="status">
                {o("rows", { count: number(pages.items.length) })}
                {pages.more ? "+" : ""}
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
                    cell: (it) => it.dispute_id ?? it.order_id ?? it.person ?? "—",
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
