import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Pages } from "../data/pages";
import { t } from "../words";
import { Refusal } from "./states";

const ROWS = 20;
/** How far from the screen rows are drawn already. */
const NEAR = "1000px";

interface LongListProps<T> {
  items: T[];
  children: (it: T, place: number) => ComponentChildren;
  /** The classes of the list. */
  class: string;
  ordered?: boolean;
  /** The height of a row that has not been drawn yet, in pixels. */
  height: number;
  /** True for a list whose end is seen first. */
  fromEnd?: boolean;
}

/** A list of any length: rows far from the screen leave no more than their room, so that a phone scrolls smoothly. */
export function LongList<T>({ items, children, class: classes, ordered, height, fromEnd }: LongListProps<T>) {
  const List = ordered ? "ol" : "ul";
  const parts = Math.ceil(items.length / ROWS);
  // Parts are counted from the end that is seen first, so that what is added at the other one moves nothing.
  const range = (part: number) => {
    const from = fromEnd ? items.length - (parts - part) * ROWS : part * ROWS;
    return [Math.max(0, from), from + ROWS] as const;
  };
  return (
    <div class="long-list">
      {Array.from({ length: parts }, (_, part) => {
        const [from, to] = range(part);
        const rows = items.slice(from, to);
        return (
          <Part
            key={fromEnd ? parts - part : part}
            seen={parts <= 2 || part === (fromEnd ? parts - 1 : 0)}
            height={rows.length * height}
          >
            {() => <List class={classes}>{rows.map((it, place) => children(it, from + place))}</List>}
          </Part>
        );
      })}
    </div>
  );
}

function Part({ seen, height, children }: { seen: boolean; height: number; children: () => ComponentChildren }) {
  const box = useRef<HTMLDivElement>(null);
  const [near, draw] = useState(seen);
  const room = useRef(height);
  useEffect(() => {
    const element = box.current!;
    const observer = new IntersectionObserver(
      ([it]) => {
        const shown = it!.isIntersecting || element.contains(document.activeElement);
        if (!shown && element.firstChild) room.current = element.offsetHeight;
        draw(shown);
      },
      { rootMargin: `${NEAR} 0px` },
    );
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return (
    <div ref={box} style={near ? undefined : { blockSize: `${room.current}px` }}>
      {near && children()}
    </div>
  );
}

/** Asks for the next page of a list, where there is one. */
export function More({
  pages,
  words,
}: {
  pages: Pick<Pages<never, never>, "more" | "loading" | "failure">;
  words?: string;
}) {
  if (!pages.more) return null;
  return (
    <>
      <Refusal failure={pages.failure} />
      <button type="button" class="button" aria-disabled={pages.loading} onClick={() => void pages.more?.()}>
        {pages.loading ? t("loading") : (words ?? t("orders.more"))}
      </button>
    </>
  );
}
