import type { CaseFile } from "../../api/schema";
import { may } from "../../dispute/view";
import { moment } from "../../parts/due";
import { Icon } from "../../parts/icon";
import { d } from "./words";

const ACTS = [
  ["decide", "decide", "d"],
  ["request_information", "ask", "q"],
  ["propose", "propose", "p"],
] as const;

/** What can be done in the case now, each with its key: one of it first. */
export function Actions({ of: file, onTake, at }: { of: CaseFile; onTake: () => void; at: (what: string) => string }) {
  const of = file.dispute;
  const acts = ACTS.filter(([action]) => may(of, action));
  const lead = may(of, "hand_over");
  const later = of.blocked_actions.filter((it) => it.opens_at);
  return (
    <div class="card actions">
      <h2>{d("actions")}</h2>
      {may(of, "assign") && (
        <button type="button" class="button primary wide" onClick={onTake}>
          {d("act.take")} <kbd>t</kbd>
        </button>
      )}
      {acts.map(([, what, key], place) => (
        <a key={what} class={place === 0 ? "button primary wide" : "button wide"} href={at(what)}>
          {d(`act.${what}`)} <kbd>{key}</kbd>
        </a>
      ))}
      {file.notes && (
        <a class="button wide note-button" href={at("notes")}>
          <Icon name="file" /> {d("act.notes", { count: file.notes.length })} <kbd>n</kbd>
        </a>
      )}
      {may(of, "give_back") && (
        <a class="button wide quiet" href={at("back")}>
          {d("act.back")} <kbd>x</kbd>
        </a>
      )}
      {lead && (
        <a class="button wide quiet" href={at("hand")}>
          {d("act.hand")}
        </a>
      )}
      {later.map((it) => (
        <p key={it.action} class="soft small">
          {d("act.later", { date: moment(it.opens_at!) })}
        </p>
      ))}
      {acts.length === 0 && !may(of, "assign") && <p class="soft">{d("act.none")}</p>}
    </div>
  );
}
