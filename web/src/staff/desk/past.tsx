import { useSignal } from "@preact/signals";
import * as shared from "../../api/reads";
import type { CaseFile, PartyHistory, TimelineEvent } from "../../api/schema";
import { useRead } from "../../data/query";
import { terms } from "../../dispute/view";
import { At, day, moment } from "../../parts/due";
import { money } from "../../parts/money";
import { link, Shown } from "../../parts/page";
import { who } from "../../session";
import { hasLabel, type Key, label, t } from "../../words";
import { useKeys } from "../keys";
import { d } from "./words";

/** What was offered, asked and answered, and the thread of the two, which is read when it is opened. */
export function Talk({ of: file }: { of: CaseFile }) {
  const of = file.dispute;
  const open = useSignal(false);
  // What was said when an offer was declined, or a mediator asked for.
  const answers = file.timeline!.filter((it) => typeof it.data.note === "string" && it.data.note);
  return (
    <section class="card" aria-labelledby="talk">
      <h2 id="talk">{d("talk")}</h2>
      <ol class="events">
        {of.proposals.map((it) => (
          <li key={it.id}>
            <p>
              <b>{label("Role", it.by)}</b> {terms(it, of.claim.reason)}
              {of.current_proposal?.id === it.id && <span class="tag">{t("sides.table")}</span>}
            </p>
            {it.note && (
              <p class="words" dir="auto">
                {it.note}
              </p>
            )}
            <p class="soft small">
              <At at={it.at} />
            </p>
          </li>
        ))}
        {of.information_requests.map((it) => (
          <li key={`q${it.id}`}>
            <p>
              <b>{d("talk.asked", { who: label("Role", it.to) })}</b>{" "}
              <span class={it.answered_at ? "soft" : "late"}>
                {it.answered_at
                  ? d("talk.answered", { date: moment(it.answered_at) })
                  : d(it.lapsed ? "talk.lapsed" : "talk.waits", { date: moment(it.due_at) })}
              </span>
            </p>
            <p class="words" dir="auto">
              {it.question}
            </p>
          </li>
        ))}
        {answers.map((it) => (
          <li key={`e${it.seq}`}>
            <p>
              <b>{label("Role", it.actor.role)}</b> {label("event", it.type)}
            </p>
            <p class="words" dir="auto">
              {it.data.note as string}
            </p>
            <p class="soft small">
              <At at={it.at} />
            </p>
          </li>
        ))}
      </ol>
      {of.mediator_id === who.value!.id && (
        <details class="fold" open={open.value} onToggle={(it) => (open.value = it.currentTarget.open)}>
          <summary>{d("talk.thread")}</summary>
          {open.value && <Thread order={of.order_id} />}
        </details>
      )}
    </section>
  );
}

function Thread({ order }: { order: string }) {
  const read = useRead(shared.messages(order));
  return (
    <Shown read={read}>
      {(page) =>
        page.items.length === 0 ? (
          <p class="soft">{d("talk.nothing")}</p>
        ) : (
          <ol class="events">
            {page.items.map((it) => (
              <li key={it.id}>
                <p>
                  <b>{label("Role", it.author.role)}</b> <span class="soft small">{moment(it.sent_at)}</span>
                </p>
                <p class="words" dir="auto">
                  {it.text}
                </p>
                {it.attachments.length > 0 && (
                  <p class="soft small">{d("talk.files", { count: it.attachments.length })}</p>
                )}
              </li>
            ))}
          </ol>
        )
      }
    </Shown>
  );
}

/** The other disputes of both parties within half a year: facts, and no judgement. */
export function History({ of: file }: { of: CaseFile }) {
  return (
    <section class="card" aria-labelledby="history">
      <h2 id="history">{d("history")}</h2>
      <div class="two">
        {file.parties!.map((it) => (
          <Party key={it.role} of={it} />
        ))}
      </div>
    </section>
  );
}

function Party({ of }: { of: PartyHistory }) {
  return (
    <div>
      <h3>
        {label("Role", of.role)} {of.name ?? of.id}
        {of.language && <span class="soft"> · {of.language}</span>}
      </h3>
      <p>
        {d("history.counts", { open: of.open, closed: of.closed, date: day(of.since) })}
        {!of.complete && ` ${d("history.more")}`}
      </p>
      {of.outcomes.length + of.findings.length > 0 && (
        <p class="soft small">
          {[
            ...of.outcomes.map((it) => `${label("Outcome", it.outcome)} ${it.count}`),
            ...of.findings.map((it) => `${label("Finding", it.finding)} ${it.count}`),
          ].join(" · ")}
        </p>
      )}
      <ul class="earlier">
        {of.recent.slice(0, 5).map((it) => (
          <li key={it.id}>
            <a href={link(`/disputes/${it.id}`)}>{t(`reason.title.${it.reason}` as Key)}</a>{" "}
            <span class="soft small">
              {day(it.opened_at)} · {money(it.requested)} ·{" "}
              {it.outcome ? label("Outcome", it.outcome) : label("Stage", it.stage)}
            </span>
          </li>
        ))}
      </ul>
    </div>
  );
}

type Kind = "all" | "dispute" | "order";

/** Both timelines in one, oldest first; compact with what was said left out, or full, and only one of them. */
export function Happened({ of: file }: { of: CaseFile }) {
  const full = useSignal(false);
  const kind = useSignal<Kind>("all");
  useKeys(d("happened"), [
    { keys: "c", words: d("keys.compact"), run: () => (full.value = false) },
    { keys: "f", words: d("keys.full"), run: () => (full.value = true) },
  ]);
  const lines: { of: TimelineEvent; kind: Kind }[] = [
    ...file.order_timeline!.map((of) => ({ of, kind: "order" as const })),
    ...file.timeline!.map((of) => ({ of, kind: "dispute" as const })),
  ];
  const shown = lines
    .filter((it) => kind.value === "all" || kind.value === it.kind)
    .sort((one, other) => one.of.at.localeCompare(other.of.at));
  return (
    <section class="card" aria-labelledby="happened">
      <div class="row-head">
        <h2 id="happened">{d("happened")}</h2>
        <label class="filter">
          <span class="unseen">{d("happened.kind")}</span>
          <select value={kind.value} onChange={(it) => (kind.value = it.currentTarget.value as Kind)}>
            {(["all", "dispute", "order"] as const).map((it) => (
              <option key={it} value={it}>
                {d(`happened.${it}`)}
              </option>
            ))}
          </select>
        </label>
        <button type="button" class="button small" aria-pressed={full.value} onClick={() => (full.value = !full.value)}>
          {d("happened.full")}
        </button>
      </div>
      <ol class="events">
        {shown.map((it) => (
          <li key={`${it.kind} ${it.of.seq}`}>
            <Event of={it.of} full={full.value} />
          </li>
        ))}
      </ol>
    </section>
  );
}

function Event({ of, full }: { of: TimelineEvent; full: boolean }) {
  const data = of.data as Record<string, unknown>;
  const inner = (data.proposal ?? data.request ?? data.decision ?? data.evidence ?? {}) as Record<string, unknown>;
  const words = [inner.note, inner.question, inner.rationale, data.note, data.statement].find(
    (it) => typeof it === "string" && it,
  );
  return (
    <>
      <p>
        {hasLabel("event", of.type) ? label("event", of.type) : of.type.replaceAll("_", " ")}{" "}
        <span class="soft small">
          {label("Role", of.actor.role)} · {moment(of.at)}
        </span>
      </p>
      {full && typeof words === "string" && (
        <p class="words" dir="auto">
          {words}
        </p>
      )}
    </>
  );
}
