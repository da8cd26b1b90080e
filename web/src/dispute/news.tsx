import { useRef } from "preact/hooks";
import * as reads from "../api/reads";
import type { Dispute } from "../api/schema";
import { useRead } from "../data/query";
import { At } from "../parts/due";
import { Banner } from "../parts/states";
import { hasLabel, label, t } from "../words";
import { me } from "./view";

/** Says what somebody else has done since the page was opened. The page under it is as things stand now. */
export function News({ of }: { of: Dispute }) {
  const opened = useRef(of.version);
  const changed = of.version > opened.current;
  const { key, read } = reads.timeline(of.id);
  const found = useRead({ key: [...key, of.version], read, enabled: changed });
  const last = changed
    ? found.data?.events.findLast((it) => it.seq > opened.current && it.actor.role !== me())
    : undefined;
  if (!last) return null;
  const title = hasLabel("event", last.type)
    ? label("event", last.type)
    : t("event.unknown", { type: last.type.replaceAll("_", " ") });
  return (
    <Banner kind="info" title={title} calm>
      <p class="small">
        {label("Role", last.actor.role)} · <At at={last.at} />
      </p>
    </Banner>
  );
}
