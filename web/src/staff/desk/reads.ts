import { answered, api } from "../../api/client";
import { who } from "../../session";

/** What the mediators' pages read of the API, each with the key that it is kept under. */
const mine = () => who.value?.id ?? "";

export const queue = (query: Record<string, string | number> = {}) => ({
  key: [mine(), "queue", query],
  read: () => answered(api.GET("/mediation/queue", { params: { query: query as never } })),
});
