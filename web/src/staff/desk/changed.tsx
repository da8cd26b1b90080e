import { useState } from "preact/hooks";
import type { Dispute } from "../../api/schema";
import { Banner } from "../../parts/states";
import { label } from "../../words";
import { d } from "./words";

export interface Seen {
  changed: boolean;
  now: Dispute;
  /** Says that the mediator has looked at what is new. */
  look: () => void;
}

/**
 * Watches a case under somebody's hands: what was begun with one version of it, or with that of a draft (`since`), is not
 * sent with another one unseen.
 */
export function useSeen(of: Dispute, since?: number): Seen {
  const [version, see] = useState(since || of.version);
  return { changed: of.version !== version, now: of, look: () => see(of.version) };
}

/** Says that the case has changed since the form was opened, and lets nothing be sent before that was looked at. */
export function Changed({ seen }: { seen: Seen }) {
  if (!seen.changed) return null;
  const { now } = seen;
  return (
    <Banner kind="warn" title={d("changed.title")}>
      <p>{d("changed.what", { stage: label("Stage", now.stage) })}</p>
      <button type="button" class="button" onClick={seen.look}>
        {d("changed.seen")}
      </button>
    </Banner>
  );
}
