import { type Desk, page } from "../app";
import { d, load } from "./words";

/** The mediators' pages. */
export const desk: Desk = {
  pages: [["mediation", page(() => import("./queue"), "Queue")]],
  places: () => [["/mediation", "list", d("nav.queue"), "q"]],
  words: [load],
};
