import { useSignal } from "@preact/signals";
import type { QueryKey } from "@tanstack/query-core";
import type { Money as Amount, TimelineEvent } from "../api/schema";
import { useRead } from "../data/query";
import { At } from "../parts/due";
import { money } from "../parts/money";
import { Shown } from "../parts/page";
import { hasLabel, label, t } from "../words";
import { me } from "./view";

interface TimelineProps {
  read: { key: QueryKey; read: () => Promise<{ events: TimelineEvent[] }> };
  /** It is read again when what it belongs to has another version. */
  version: number;
}

/** What has happened, newest first. It is read when it is opened. */
export function Timeline({ read, version }: TimelineProps) {
  const open = useSignal(false);
  return (
    <details class="card fold" open={open.value} onToggle={(it) => (open.value = it.currentTarget.open)}>
      <summary>
        <h2>{t("timeline.title")}</h2>
      </summary>
      {open.value && <Events read={{ ...read, key: [...read.key, version] }} />}
    </details>
  );
}

function Events({ read }: Pick<TimelineProps, "read">) {
  const found = useRead(read);
  return (
    <Shown read={found}>
      {(it) => (
        <ol class="events">
          {[...it.events].reverse().map((event) => (
            <Event key={event.seq} of={event} />
          ))}
        </ol>
      )}
    </Shown>
  );
}

type Data = Record<string, unknown>;

function Event({ of }: { of: TimelineEvent }) {
  const data = of.data as Data;
  const proposal = (data.proposal ?? data.request) as { type: string; amount: Amount; note: string } | undefined;
  const words =
    proposal?.note ?? data.note ?? data.statement ?? data.question ?? (data.decision as Data | undefined)?.rationale;
  const actor = of.actor.role === me() ? t("you") : label("Role", of.actor.role);
  return (
    <li>
      <p>
        <b>
          {hasLabel("event", of.type)
            ? label("event", of.type)
            : t("event.unknown", { type: of.type.replaceAll("_", " ") })}
        </b>
        {proposal?.amount && <span> {money(proposal.amount)}</span>}
      </p>
      {typeof words === "string" && words && (
        <p class="words" dir="auto">
          {words}
        </p>
      )}
      <p class="soft small">
        {actor} · <At at={of.at} />
      </p>
    </li>
  );
}
