import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Failure } from "../api/failure";
import { type Key, t } from "../words";
import { Countdown } from "./countdown";
import { time } from "./due";
import { Icon, type IconName } from "./icon";

/** Shows that something is on its way, after a moment: what comes at once flickers nothing. */
export function Loading({ rows = 3 }: { rows?: number }) {
  const [shown, show] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => show(true), 200);
    return () => clearTimeout(timer);
  }, []);
  return (
    <div class="loading" role="status" aria-label={t("loading")}>
      {shown && Array.from({ length: rows }, (_, row) => <div key={row} class="bone" />)}
    </div>
  );
}

/** Says why a page has nothing to show, and what to do next. */
export function Empty({ icon, title, children }: { icon: IconName; title: string; children?: ComponentChildren }) {
  return (
    <div class="empty">
      <span class="empty-icon">
        <Icon name={icon} />
      </span>
      <h2>{title}</h2>
      {children}
    </div>
  );
}

/** Says that too much was asked for in a short time, counts down, and asks again by itself. */
export function Slow({ failure, again }: { failure: Failure; again?: () => void }) {
  return (
    <p class="strip" role="status">
      <Icon name="clock" />{" "}
      <Countdown until={failure.at + Math.max(failure.retryAfter, 5) * 1000} words="slow.again" over={again} />
    </p>
  );
}

/** Shows what went wrong in the server's words, with the number of the request for the people who help. */
export function Problem({ failure, again }: { failure: Failure; again?: () => void }) {
  const missing = failure.status === 404;
  const words = failure.status === 0 ? t("problem.line") : (failure.problem.detail ?? t("problem.unknown"));
  return (
    <div class="empty" role="alert">
      <span class="empty-icon">
        <Icon name={failure.status === 0 ? "wifi" : "alert"} />
      </span>
      <h2>{t(title(failure))}</h2>
      <p dir="auto">{missing ? t("problem.missing.why") : words}</p>
      {failure.status === 429 && <Slow failure={failure} again={again} />}
      {again && !missing && failure.status !== 429 && (
        <button type="button" class="button" onClick={again}>
          {t("again")}
        </button>
      )}
      {failure.requestId && (
        <p class="soft small">
          {t("problem.number")} <code>{failure.requestId}</code>
        </p>
      )}
    </div>
  );
}

function title({ status }: Failure): Key {
  if (status === 404) return "problem.missing";
  if (status === 429) return "problem.slow";
  return status === 0 ? "problem.offline" : "problem.title";
}

/** Says that what is shown is not new. */
export function Stale({ at }: { at: number }) {
  return (
    <p class="strip" role="status">
      <Icon name="wifi" /> {t("offline.asof", { time: time(at) })}
    </p>
  );
}

/** A banner that takes the focus when it comes: something has changed under the person's hands. */
export function Banner({
  kind,
  title,
  calm,
  children,
}: {
  kind: "warn" | "bad" | "good" | "info";
  title: string;
  /** True for what a page says from the beginning: the focus stays where it is. */
  calm?: boolean;
  children?: ComponentChildren;
}) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!calm) box.current?.focus();
  }, [title]);
  return (
    <div class={`banner ${kind}`} role={kind === "bad" || kind === "warn" ? "alert" : "status"} tabIndex={-1} ref={box}>
      <Icon name={kind === "good" ? "check-clock" : kind === "info" ? "info" : "alert"} />
      <div>
        <strong>{title}</strong>
        {children}
      </div>
    </div>
  );
}

/** The refusal of what a form sent, in the server's words. */
export function Refusal({ failure }: { failure: Failure | null }) {
  if (!failure || failure.code === "discarded") return null;
  // The field says the rest.
  if (failure.code === "invalid_tracking_number") return <Banner kind="bad" title={t("carrier.wrong")} />;
  const fields = failure.problem.errors ?? [];
  return (
    <Banner kind="bad" title={t(title(failure))}>
      <p dir="auto">{failure.problem.detail ?? t(failure.status === 0 ? "problem.line" : "problem.unknown")}</p>
      {fields.length > 0 && (
        <ul>
          {fields.map((it) => (
            <li key={it.field}>
              {it.field}: {it.message}
            </li>
          ))}
        </ul>
      )}
    </Banner>
  );
}
