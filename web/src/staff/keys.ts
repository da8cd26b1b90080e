import { signal } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";

/**
 * Single keys of the staff's pages. They are off while somebody types or holds a modifier, below an open dialog, and
 * wherever a person has switched them off (WCAG 2.1.4). Chords with Ctrl always work.
 */
export interface Shortcut {
  /** One key as a keyboard names it (`j`, `?`), two pressed one after the other (`g m`), or a chord (`Ctrl+Enter`). */
  keys: string;
  words: string;
  run: (event: KeyboardEvent) => void;
}

interface Group {
  title: string;
  shortcuts: Shortcut[];
  /** True for a group of an open dialog: those of the page below it are silent then. */
  modal: boolean;
}

const KEPT = "single-keys";
const PAUSE = 1000;

/** Whether single keys do anything. */
export const singleKeys = signal(localStorage.getItem(KEPT) !== "off");
/** All shortcuts that work now, by the part of the page that they belong to. */
export const groups = signal<Group[]>([]);

export function switchKeys(on: boolean): void {
  localStorage.setItem(KEPT, on ? "on" : "off");
  singleKeys.value = on;
}

let before = "";
let at = 0;

function typing(target: EventTarget | null): boolean {
  const it = target instanceof HTMLElement ? target : null;
  if (!it) return false;
  if (it instanceof HTMLInputElement) return !["radio", "checkbox", "button", "submit", "file"].includes(it.type);
  return it.isContentEditable || it instanceof HTMLTextAreaElement || it instanceof HTMLSelectElement;
}

/** Returns the key that was meant: on a keyboard with other letters the one in the same place. */
function named(event: KeyboardEvent): string {
  const other = event.key.length === 1 && event.key.charCodeAt(0) > 127 && /^Key[A-Z]$/.test(event.code);
  return other ? event.code.slice(3).toLowerCase() : event.key;
}

function heard(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.isComposing) return;
  const chord = event.ctrlKey || event.metaKey;
  if (event.altKey || (!chord && (!singleKeys.value || typing(event.target)))) return;
  const key = named(event);
  const shift = event.shiftKey && key.length > 1 ? "Shift+" : "";
  const pressed = `${chord ? "Ctrl+" : ""}${shift}${key}`;
  const both = event.timeStamp - at < PAUSE ? `${before} ${pressed}` : "";
  [before, at] = [pressed, event.timeStamp];
  const open = document.querySelector("dialog[open]") !== null;
  const known = groups.value
    .filter((it) => it.modal || !open)
    .flatMap((it) => it.shortcuts)
    .reverse();
  const found = known.find((it) => it.keys === both) ?? known.find((it) => it.keys === pressed);
  if (!found) return;
  event.preventDefault();
  found.run(event);
}

addEventListener("keydown", heard);

/** Makes these shortcuts work, and lists them under `title`, while the component is on the page. */
export function useKeys(title: string, shortcuts: Shortcut[], modal = false): void {
  const latest = useRef(shortcuts);
  latest.current = shortcuts;
  const names = shortcuts.map((it) => `${it.keys} ${it.words}`).join("\n");
  // At once, not after the next frame: who types fast presses a key as soon as its page is there.
  useLayoutEffect(() => {
    const run = (keys: string) => (event: KeyboardEvent) => latest.current.find((it) => it.keys === keys)?.run(event);
    const group = { title, modal, shortcuts: latest.current.map((it) => ({ ...it, run: run(it.keys) })) };
    groups.value = [...groups.value, group];
    return () => {
      groups.value = groups.value.filter((it) => it !== group);
    };
  }, [title, names, modal]);
}
