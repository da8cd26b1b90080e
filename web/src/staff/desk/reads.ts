import { answered, api } from "../../api/client";
import { who } from "../../session";

/** What the mediators' pages read of the API, each with the key that it is kept under. */
const mine = () => who.value?.id ?? "";

type Query = Record<string, string | number>;

const page = (query: Query) => answered(api.GET("/mediation/queue", { params: { query: query as never } }));

export const queue = (query: Query = {}) => ({
  key: [mine(), "queue", query],
  read: () => page(query),
  next: (cursor: string) => page({ ...query, cursor }),
});
export const workload = () => ({
  key: [mine(), "workload"],
  read: () => answered(api.GET("/mediation/workload")),
});
export const caseFile = (dispute_id: string) => ({
  key: [mine(), "case", dispute_id],
  read: () => answered(api.GET("/mediation/cases/{dispute_id}", { params: { path: { dispute_id } } })),
});
export const replies = () => ({
  key: [mine(), "replies"],
  read: () => answered(api.GET("/mediation/replies")),
});
