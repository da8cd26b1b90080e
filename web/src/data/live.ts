import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { answered, api } from "../api/client";
import { who } from "../session";
import { OFTEN, SELDOM } from "./query";

/**
 * One live connection for the app, to all that is the person's. A mediator's is also to all cases that wait for one. It
 * brings nothing itself: it says that an order has news, and the page reads again. So a frame that is lost costs a moment,
 * and after a reconnection the page is right.
 */
export const connected = signal(false);

/** How often a page reads again by itself (ms): seldom while the live connection brings the news. */
export const every = () => (connected.value ? SELDOM : OFTEN);

const PING = 240_000;
/** The longest wait between two attempts to connect (ms). A line that comes back is tried at once. */
const PATIENCE = 240_000;
/** What is told of news of an order; of any order under `ANY`. */
const watched = new Map<string, Set<() => void>>();
const ANY = "*";
let socket: WebSocket | null = null;
let opening = false;
let attempts = 0;
let ping = 0;

function tell(...orders: string[]): void {
  for (const order of orders) for (const told of watched.get(order) ?? []) told();
}

async function open(): Promise<void> {
  if (socket || opening || watched.size === 0) return;
  opening = true;
  try {
    const { url, ticket } = await answered(
      api.POST("/chat/tickets", { params: { header: { "Idempotency-Key": crypto.randomUUID() } } }),
    );
    const made = new WebSocket(`${url}?ticket=${encodeURIComponent(ticket)}`);
    socket = made;
    made.onopen = () => {
      attempts = 0;
      connected.value = true;
      made.send(JSON.stringify({ action: "subscribe", mine: true }));
      if (who.value?.role === "mediator") made.send(JSON.stringify({ action: "subscribe", queue: true }));
      ping = window.setInterval(() => made.send(JSON.stringify({ action: "ping" })), PING);
    };
    made.onmessage = (event) => heardOf(String(event.data));
    made.onclose = () => {
      clearInterval(ping);
      socket = null;
      connected.value = false;
      later();
    };
  } catch {
    later();
  } finally {
    opening = false;
  }
}

function later(): void {
  if (watched.size > 0) setTimeout(() => void open(), Math.min(1000 * 2 ** attempts++, PATIENCE));
}

addEventListener("online", () => {
  attempts = 0;
  void open();
});

function heardOf(text: string): void {
  const frame = JSON.parse(text) as { type: string; order_id?: string; message?: { order_id: string } };
  const order = frame.message?.order_id ?? frame.order_id;
  // Subscribed first, then read: what came in between is not missed.
  if (frame.type === "subscribed") tell(...watched.keys());
  else if (order && ["message", "dispute", "order"].includes(frame.type)) tell(order, ANY);
}

/** Calls `told` whenever an order, or any order of the person's, has news, from the opening of the connection on. */
export function useLive(told: () => void, order: string = ANY, enabled = true): void {
  useEffect(() => {
    if (!enabled) return;
    const listeners = watched.get(order) ?? new Set();
    watched.set(order, listeners.add(told));
    void open();
    return () => {
      listeners.delete(told);
      if (listeners.size === 0) watched.delete(order);
    };
  }, [order]);
}
