import type { QueryObserverResult } from "@tanstack/query-core";
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { Failure } from "../api/failure";
import { config } from "../config";
import { t } from "../words";
import { Icon } from "./icon";
import { Loading, Problem, Slow, Stale } from "./states";

interface PageProps {
  title: string;
  /** Where the way back leads; none on the pages of the bar. */
  back?: string;
  backWords?: string;
  aside?: ComponentChildren;
  children: ComponentChildren;
  narrow?: boolean;
}

/** False until a page was drawn: in a new document the focus begins where the browser has it. */
let began = false;

/** A page: its title in the browser's and its own head, a way back, and the focus on its heading if it is new. */
export function Page({ title, back, backWords, aside, children, narrow = true }: PageProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title} · ${config.brand.name}`;
  }, [title]);
  useEffect(() => {
    // What was pressed is gone with the page before: from its place the keyboard and a screen reader could not go on.
    if (began && !heading.current?.closest("main")?.contains(document.activeElement))
      heading.current?.focus({ preventScroll: true });
    began = true;
  }, []);
  return (
    <main id="main" class={narrow ? "page narrow" : "page"}>
      {back && (
        <a class="back" href={link(back)}>
          <Icon name="back" /> {backWords ?? t("back")}
        </a>
      )}
      <div class="page-head">
        <h1 tabIndex={-1} ref={heading}>
          {title}
        </h1>
        {aside && <p class="soft small aside">{aside}</p>}
      </div>
      {children}
    </main>
  );
}

/** An address of this app. */
export const link = (path: string) => import.meta.env.BASE_URL.replace(/\/$/, "") + path;

/** Shows what a read brings: its bones, its problem, or itself, with a note where it is old. */
export function Shown<T>({
  read,
  children,
  rows,
  ready = true,
}: {
  read: QueryObserverResult<T, Failure>;
  children: (data: T) => ComponentChildren;
  rows?: number;
  /** False while something else that is shown beside it is still read. */
  ready?: boolean;
}) {
  if (read.data !== undefined && ready) {
    return (
      <>
        {(read.error?.status === 0 || read.fetchStatus === "paused") && <Stale at={read.dataUpdatedAt} />}
        {read.error?.status === 429 && <Slow failure={read.error} again={() => void read.refetch()} />}
        {children(read.data)}
      </>
    );
  }
  if (read.error) return <Problem failure={read.error} again={() => void read.refetch()} />;
  if (read.fetchStatus === "paused") return <Problem failure={new Failure(0)} />;
  return <Loading rows={rows} />;
}
