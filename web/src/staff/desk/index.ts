import { type Desk, page } from "../app";
import { d, load } from "./words";

/** The mediators' pages. */
export const desk: Desk = {
  pages: [
    ["mediation", page(() => import("./queue"), "Queue")],
    ["disputes/:id", page(() => import("./case"), "Case")],
    ["mediation/work", page(() => import("./work"), "Work")],
    ["mediation/replies", page(() => import("./saved"), "Saved")],
  ],
  places: () => [
    ["/mediation", "list", d("nav.queue"), "q"],
    ["/mediation/work", "scale", d("nav.work"), "w"],
    ["/mediation/replies", "chat", d("nav.replies"), "s"],
  ],
  words: [load],
};
