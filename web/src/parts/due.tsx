import { signal } from "@preact/signals";
import { useEffect, useRef, useState } from "preact/hooks";
import { minute, now } from "../data/clock";
import { language, t } from "../words";
import { Icon } from "./icon";

const HOUR = 3600_000;
const MINUTE = 60_000;
/** What is left when it is said aloud, once for each deadline, while a page with it is open. */
const TOLD = [5 * MINUTE, HOUR, 24 * HOUR];
/** The person's own time zone, which messages are written in too; the browser's until it is known. */
export const zone = signal<string | undefined>(undefined);

type Pace = "calm" | "soon" | "now" | "over";

export function pace(left: number): Pace {
  if (left <= 0) return "over";
  if (left <= 24 * HOUR) return "now";
  return left <= 72 * HOUR ? "soon" : "calm";
}

/** Says what is left, in the largest unit that tells enough: `6 days left`, `30 h left`, `12 min left`. */
export function left(milliseconds: number): string {
  if (milliseconds <= 0) return t("due.over");
  if (milliseconds < MINUTE) return t("due.seconds", { count: Math.ceil(milliseconds / 1000) });
  const minutes = Math.ceil(milliseconds / 60_000);
  if (minutes < 60) return t("due.minutes", { count: minutes });
  const hours = Math.floor(milliseconds / HOUR);
  return hours < 48 ? t("due.hours", { count: hours }) : t("due.days", { count: Math.floor(hours / 24) });
}

/** Formats that were made before: making one costs more than a row of a list. */
const formats = new Map<string, Intl.DateTimeFormat>();

function zoned(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${language.value} ${zone.value} ${Object.entries(options)}`;
  const known = formats.get(key) ?? made(options);
  formats.set(key, known);
  return known;
}

function made(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  try {
    return new Intl.DateTimeFormat(language.value, { ...options, timeZone: zone.value });
  } catch {
    return new Intl.DateTimeFormat(language.value, options);
  }
}

/** A moment in full, in the person's zone: `Thu 3 Dec, 14:00 GMT+1`. */
export function moment(at: string | number): string {
  const date = new Date(at);
  const far = Math.abs(date.getTime() - now()) > 300 * 24 * HOUR;
  return zoned({
    weekday: "short",
    day: "numeric",
    month: "short",
    ...(far ? { year: "numeric" } : {}),
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
    timeZoneName: "short",
  }).format(date);
}

export const day = (at: string | number) =>
  zoned({ weekday: "short", day: "numeric", month: "short" }).format(new Date(at));
export const time = (at: string | number) =>
  zoned({ hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(new Date(at));

/** A moment that has passed. */
export function At({ at }: { at: string }) {
  return <time dateTime={at}>{moment(at)}</time>;
}

/** What screen readers say next, politely. The frame has the element. */
export const said = signal("");

/** Says what is left of a deadline if, since `before` was left, it has come under one of the times at which it is told. */
function tell(at: string, before: number, remaining: number): void {
  const passed = TOLD.find((it) => remaining <= it);
  if (passed && before > passed && remaining > 0) said.value = `${left(passed)}: ${moment(at)}`;
}

/**
 * The one element in which deadlines are shown: the time in the person's zone first, then what is left of it, with an icon
 * and words for how urgent it is. In the last minute it counts the seconds. `over` is called when it passes while the page
 * is open.
 */
export function Due({ at, over, label }: { at: string; over?: () => void; label?: string }) {
  minute.value; // drawn again each minute
  const [, tick] = useState(0);
  const remaining = Date.parse(at) - now();
  const called = useRef(remaining <= 0);
  const before = useRef({ at, remaining });
  const last = remaining > 0 && remaining < MINUTE;
  useEffect(() => {
    if (called.current || remaining > 2 ** 31 - 1) return;
    const timer = setTimeout(() => {
      called.current = true;
      minute.value++;
      over?.();
    }, Math.max(remaining, 0) + 250);
    return () => clearTimeout(timer);
  }, [at, minute.value]);
  useEffect(() => {
    if (before.current.at === at) tell(at, before.current.remaining, remaining);
    before.current = { at, remaining };
  }, [at, minute.value]);
  useEffect(() => {
    // The last minute begins between two ticks of the clock.
    const soon = remaining > 0 && remaining < 2 * MINUTE;
    if (!soon) return;
    const timer = setInterval(() => tick((it) => it + 1), 1000);
    return () => clearInterval(timer);
  }, [at, minute.value]);
  const how = pace(remaining);
  return (
    <span class={`due ${how}`}>
      <Icon name={how === "calm" ? "clock" : how === "over" ? "check-clock" : "alarm"} />
      <span>
        <span>
          {label && <span class="due-label">{label} </span>}
          <time dateTime={at}>{moment(at)}</time>
        </span>{" "}
        <span class="left" role={last ? "timer" : undefined} aria-live={last ? "off" : undefined}>
          {left(remaining)}
        </span>
      </span>
    </span>
  );
}
