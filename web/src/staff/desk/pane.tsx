import { useEffect, useRef } from "preact/hooks";
import type { CaseFile } from "../../api/schema";
import { Icon } from "../../parts/icon";
import { t } from "../../words";
import { Ask } from "./ask";
import { Decide } from "./decide";
import { GiveBack, HandOver } from "./hand";
import { Notes } from "./notes";
import { Propose } from "./propose";
import { d } from "./words";

export interface PaneProps {
  of: CaseFile;
  /** Goes back to the list of what can be done. */
  close: () => void;
  /** Goes to the next case of the list. */
  next: () => void;
}

const PANES: Record<string, (props: PaneProps) => preact.JSX.Element | null> = {
  ask: Ask,
  propose: Propose,
  decide: Decide,
  notes: Notes,
  back: GiveBack,
  hand: HandOver,
};

/** One thing that is done in a case, beside it; on a phone instead of it. */
export function Pane({ doing, ...props }: PaneProps & { doing: string }) {
  const heading = useRef<HTMLHeadingElement>(null);
  const Shown = PANES[doing];
  useEffect(() => heading.current?.focus({ preventScroll: true }), [doing]);
  if (!Shown) return null;
  return (
    <section class={`card pane ${doing}`} aria-labelledby="pane">
      <div class="row-head">
        <h2 id="pane" tabIndex={-1} ref={heading}>
          {d(`pane.${doing}` as never)}
        </h2>
        <button type="button" class="icon-button" aria-label={t("close")} onClick={props.close}>
          <Icon name="close" />
        </button>
      </div>
      <Shown {...props} />
    </section>
  );
}
