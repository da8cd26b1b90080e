import { useEffect, useState } from "preact/hooks";
import { type Key, t } from "../words";

interface CountdownProps {
  /** In the time of `performance.now()`. */
  until: number;
  /** The text in which `{count}` is the number of seconds that are left. */
  words: Key;
  over?: () => void;
}

/** Counts down each second. A screen reader reads it when asked, and is not told each second. */
export function Countdown({ until, words, over }: CountdownProps) {
  const seconds = () => Math.max(0, Math.ceil((until - performance.now()) / 1000));
  const [left, show] = useState(seconds);
  useEffect(() => {
    show(seconds());
    const timer = setInterval(() => {
      show(seconds());
      if (seconds() > 0) return;
      clearInterval(timer);
      over?.();
    }, 1000);
    return () => clearInterval(timer);
  }, [until]);
  return (
    <span role="timer" aria-live="off">
      {t(words, { count: left })}
    </span>
  );
}
