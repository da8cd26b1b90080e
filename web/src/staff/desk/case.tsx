import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { useLocation, useRoute } from "preact-iso";
import type { Asked, CaseFile } from "../../api/schema";
import { useRead } from "../../data/query";
import { may } from "../../dispute/view";
import { Due } from "../../parts/due";
import { Icon } from "../../parts/icon";
import { Money } from "../../parts/money";
import { link, Page, Shown } from "../../parts/page";
import { Banner } from "../../parts/states";
import { who } from "../../session";
import { type Key, label, t } from "../../words";
import { useKeys } from "../keys";
import { Signals } from "../signals";
import { Actions } from "./actions";
import { take } from "./acts";
import { Evidence } from "./evidence";
import { Claim, Facts } from "./facts";
import { listPage, neighbour } from "./list";
import { Pane } from "./pane";
import { Happened, History, Talk } from "./past";
import * as reads from "./reads";
import { d } from "./words";

/** M2: a whole case on one page: the list that it comes from, the case, and what is done about it. */
export function Case() {
  const { params } = useRoute();
  const { query, route } = useLocation();
  const id = params.id!;
  const read = useRead({ ...reads.caseFile(id), every: 25_000 });
  const doing = (query as Record<string, string>).do ?? "";
  const faster = useSignal<string | null>(null);
  const of = read.data?.dispute;
  const at = (what: string) => link(`/disputes/${id}${what ? `?do=${what}` : ""}`);
  const go = (what: string) => route(at(what), true);
  const step = (by: number) => {
    const next = neighbour(id, by);
    if (next) route(link(`/disputes/${next}`));
  };
  useEffect(() => {
    faster.value = null;
  }, [id]);
  async function taking() {
    const outcome = await take(id);
    faster.value = outcome.taken ? null : (outcome.by ?? outcome.failure.problem.detail ?? "");
  }
  const able = (action: string, what: string) => () => of && may(of, action) && go(what);
  useKeys(d("case"), [
    { keys: "t", words: d("keys.take"), run: () => void (of && may(of, "assign") && taking()) },
    { keys: "x", words: d("keys.back"), run: able("give_back", "back") },
    { keys: "d", words: d("keys.decide"), run: able("decide", "decide") },
    { keys: "q", words: d("keys.ask"), run: able("request_information", "ask") },
    { keys: "p", words: d("keys.propose"), run: able("propose", "propose") },
    { keys: "n", words: d("keys.note"), run: () => read.data?.notes && go("notes") },
    { keys: "[", words: d("keys.case.before"), run: () => step(-1) },
    { keys: "]", words: d("keys.case.next"), run: () => step(1) },
    { keys: "u", words: d("keys.up"), run: () => route(listPage()) },
    { keys: "Escape", words: d("keys.close"), run: () => doing && go("") },
  ]);
  const title = of ? t(`reason.title.${of.claim.reason}` as Key) : d("case");
  return (
    <Page title={title} narrow={false} back="/mediation" backWords={d("nav.queue")}>
      <Shown read={read} rows={5}>
        {(file) => (
          <div class="desk" data-doing={doing || undefined}>
            <Neighbours id={id} />
            <div class="desk-case">
              <Head of={file} />
              {faster.value !== null && (
                <Banner kind="warn" title={d("taken.faster", { who: faster.value, id })}>
                  <button type="button" class="button" onClick={() => step(1)}>
                    {d("case.next")}
                  </button>
                </Banner>
              )}
              <Claim of={file} />
              {file.order ? (
                <>
                  <Facts of={file} />
                  <Evidence of={file} again={() => void read.refetch()} />
                  <Talk of={file} />
                  <History of={file} />
                  <Signals buyer={file.order.buyer_id} seller={file.order.seller_id} />
                  <Happened of={file} />
                </>
              ) : (
                <p class="card soft">{d(of && may(of, "assign") ? "case.summary" : "case.others")}</p>
              )}
            </div>
            <aside class="desk-act" aria-label={d("actions")}>
              {doing ? (
                <Pane key={`${id} ${doing}`} doing={doing} of={file} close={() => go("")} next={() => step(1)} />
              ) : (
                <Actions of={file} onTake={() => void taking()} at={at} />
              )}
            </aside>
          </div>
        )}
      </Shown>
    </Page>
  );
}

/** Says whose answer or whose decision a deadline of the case is for. */
function awaits({ dispute }: CaseFile, asked: Asked): string {
  if (asked.what === "answer_question") return d("queue.question", { who: label("Role", asked.of) });
  const mine = asked.of === "mediator" && dispute.mediator_id === who.value!.id;
  return t(`asked.${mine ? "me" : "other"}.${asked.what}` as Key);
}

function Head({ of: file }: { of: CaseFile }) {
  const of = file.dispute;
  return (
    <header class="desk-head">
      <span>
        <Money of={of.requested} strong /> <span class="soft">{d("head.asked")}</span>
      </span>
      {of.asked.map((it) => (
        <span key={`${it.of} ${it.what}`}>
          <span class="soft small block">{awaits(file, it)}</span>
          <Due at={it.until} />
        </span>
      ))}
      {/* Only a case that waits for its mediator's decision goes back to the queue. */}
      {of.mediator_id &&
        of.deadline &&
        of.asked.some((it) => it.what === "decide") &&
        of.asked.every((it) => of.deadline! < it.until) && (
          <span>
            <span class="soft small block">{d("head.idle")}</span>
            <Due at={of.deadline} />
          </span>
        )}
      <span>
        {label("Stage", of.stage)}
        {file.entered_by && <span class="soft"> · {label("EnteredBy", file.entered_by)}</span>}
      </span>
      <span>
        <Icon name="user" />{" "}
        {of.mediator_id ? (of.mediator_id === who.value!.id ? t("you") : of.mediator_id) : d("queue.free")}
      </span>
      {file.present.map((it) => (
        <span key={it.id} class="tag warn">
          {d("head.present", { who: it.id })}
        </span>
      ))}
      <span class="soft small">{of.id}</span>
    </header>
  );
}

/** The list that a case comes from: the mediator's own cases by deadline. */
function Neighbours({ id }: { id: string }) {
  const read = useRead(reads.queue({ tab: "mine", sort: "deadline", limit: 50 }));
  return (
    <nav class="desk-list" aria-label={d("tab.cases.mine")}>
      <h2>{d("tab.cases.mine")}</h2>
      <ul>
        {read.data?.items.map((it) => (
          <li key={it.id}>
            <a href={link(`/disputes/${it.id}`)} aria-current={it.id === id ? "page" : undefined}>
              <b>{t(`reason.title.${it.reason}` as Key)}</b>
              <span class="soft small block">{it.titles.join(", ") || it.id}</span>
              {it.deadline && <Due at={it.deadline} />}
            </a>
          </li>
        ))}
      </ul>
      {read.data?.items.length === 0 && <p class="soft small">{d("queue.none")}</p>}
    </nav>
  );
}
