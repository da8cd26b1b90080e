import { answered, api } from "../../api/client";
import { who } from "../../session";

/** What the operators' pages read of the API, each with the key that it is kept under. */
const mine = () => who.value?.id ?? "";
type Query = Record<string, string | number | undefined>;

export const stats = (query: Query) => ({
  key: [mine(), "stats", query],
  read: () => answered(api.GET("/stats/disputes", { params: { query: query as never } })),
});
export const people = (role: "buyer" | "seller") => ({
  key: [mine(), "people", role],
  read: () => answered(api.GET("/signals", { params: { query: { role } } })),
});
export const operations = () => ({
  key: [mine(), "operations"],
  read: () => answered(api.GET("/operations")),
});
export const disputesFrom = (query: Query, cursor?: string) =>
  answered(api.GET("/operations/disputes", { params: { query: { ...query, cursor } as never } }));
export const disputes = (query: Query) => ({
  key: [mine(), "all-disputes", query],
  read: () => disputesFrom(query),
  next: (cursor: string) => disputesFrom(query, cursor),
});
export const payments = (query: Query) => ({
  key: [mine(), "payments", query],
  read: () => answered(api.GET("/payment-instructions", { params: { query: query as never } })),
});
export const held = () => ({
  key: [mine(), "held"],
  read: () => answered(api.GET("/operations/held-payments", { params: { query: { limit: 100 } } })),
});
export const due = () => ({
  key: [mine(), "due"],
  read: () => answered(api.GET("/operations/due", { params: { query: { limit: 100 } } })),
});
export const erasures = () => ({
  key: [mine(), "erasures"],
  read: () => answered(api.GET("/operations/erasures", { params: { query: { limit: 100 } } })),
});
const undeliveredFrom = (query: Query, cursor?: string) =>
  answered(api.GET("/operations/undelivered", { params: { query: { ...query, cursor } as never } }));
export const undelivered = (query: Query) => ({
  key: [mine(), "undelivered", query],
  read: () => undeliveredFrom(query),
  next: (cursor: string) => undeliveredFrom(query, cursor),
});
export const auditFrom = (query: Query, cursor?: string) =>
  answered(api.GET("/audit", { params: { query: { ...query, cursor } as never } }));
export const audit = (query: Query) => ({
  key: [mine(), "audit", query],
  read: () => auditFrom(query),
  next: (cursor: string) => auditFrom(query, cursor),
});
export const webhooks = () => ({
  key: [mine(), "webhooks"],
  read: () => answered(api.GET("/webhook-endpoints")),
});
export const deliveries = (endpoint_id: string) => ({
  key: [mine(), "webhooks", endpoint_id],
  read: () =>
    answered(
      api.GET("/webhook-endpoints/{endpoint_id}/deliveries", {
        params: { path: { endpoint_id }, query: { limit: 50 } },
      }),
    ),
});
