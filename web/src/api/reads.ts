import { who } from "../session";
import { answered, api } from "./client";
import { Failure } from "./failure";
import type { Erasure } from "./schema";

/** What the app reads of the API, each with the key that it is kept under. */
const mine = () => who.value?.id ?? "";

export const orders = (query: Record<string, string | number> = {}) => ({
  key: [mine(), "orders", query],
  read: () => answered(api.GET("/orders", { params: { query: query as never } })),
});
/** Reads the page of the orders that a cursor stands for. */
export const ordersFrom = (query: Record<string, string | number>, cursor: string) =>
  answered(api.GET("/orders", { params: { query: { ...query, cursor } as never } }));
export const disputesFrom = (query: Record<string, string | number>, cursor: string) =>
  answered(api.GET("/disputes", { params: { query: { ...query, cursor } as never } }));
export const messagesFrom = (order_id: string, cursor: string) =>
  answered(api.GET("/orders/{order_id}/messages", { params: { path: { order_id }, query: { limit: 100, cursor } } }));
export const order = (order_id: string) => ({
  key: [mine(), "order", order_id],
  read: () => answered(api.GET("/orders/{order_id}", { params: { path: { order_id } } })),
});
export const protection = (order_id: string) => ({
  key: [mine(), "protection", order_id],
  read: () => answered(api.GET("/orders/{order_id}/protection", { params: { path: { order_id } } })),
});
export const orderTimeline = (order_id: string) => ({
  key: [mine(), "order-timeline", order_id],
  read: () => answered(api.GET("/orders/{order_id}/timeline", { params: { path: { order_id } } })),
});
export const messages = (order_id: string) => ({
  key: [mine(), "messages", order_id],
  read: () =>
    answered(api.GET("/orders/{order_id}/messages", { params: { path: { order_id }, query: { limit: 100 } } })),
});
export const disputes = (query: Record<string, string | number> = {}) => ({
  key: [mine(), "disputes", query],
  read: () => answered(api.GET("/disputes", { params: { query: query as never } })),
});
export const dispute = (dispute_id: string) => ({
  key: [mine(), "dispute", dispute_id],
  read: () => answered(api.GET("/disputes/{dispute_id}", { params: { path: { dispute_id } } })),
});
export const timeline = (dispute_id: string) => ({
  key: [mine(), "timeline", dispute_id],
  read: () => answered(api.GET("/disputes/{dispute_id}/timeline", { params: { path: { dispute_id } } })),
});
export const evidence = (dispute_id: string) => ({
  key: [mine(), "evidence", dispute_id],
  read: () => answered(api.GET("/disputes/{dispute_id}/evidence", { params: { path: { dispute_id } } })),
});
export const ledger = (order_id: string) => ({
  key: [mine(), "ledger", order_id],
  read: () => answered(api.GET("/orders/{order_id}/ledger", { params: { path: { order_id } } })),
});
export const contacts = () => ({
  key: [mine(), "contacts"],
  read: () =>
    who.value?.role === "seller"
      ? answered(api.GET("/sellers/{seller_id}/contacts", { params: { path: { seller_id: mine() } } }))
      : answered(api.GET("/buyers/{buyer_id}/contacts", { params: { path: { buyer_id: mine() } } })),
});
/** How far the person's request to be forgotten is; null where there is none. */
export const erasure = () => ({
  key: [mine(), "erasure"],
  read: async (): Promise<Erasure | null> => {
    try {
      return await (who.value?.role === "seller"
        ? answered(api.GET("/sellers/{seller_id}/erasure", { params: { path: { seller_id: mine() } } }))
        : answered(api.GET("/buyers/{buyer_id}/erasure", { params: { path: { buyer_id: mine() } } })));
    } catch (error) {
      if (error instanceof Failure && error.status === 404) return null;
      throw error;
    }
  },
});
/** The windows and limits of every version of the policy. A published version never changes. */
export const policies = () => ({ key: [mine(), "policies"], read: () => answered(api.GET("/policies")) });
