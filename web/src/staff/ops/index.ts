import "./ops.css";
import { type Desk, page } from "../app";
import { desk as mediators } from "../desk";
import { load, o } from "./words";

const health = page(() => import("./health"), "Health");

/** The operators' pages, beside the mediators' queue and cases, which an operator may read. */
export const desk: Desk = {
  pages: [
    ["ops/health", health],
    ["ops", health],
    ["ops/disputes", page(() => import("./disputes"), "Disputes")],
    ["ops/sellers", page(() => import("./sellers"), "Sellers")],
    ["ops/money", page(() => import("./money"), "Money")],
    ["ops/plumbing", page(() => import("./plumbing"), "Plumbing")],
    ["ops/audit", page(() => import("./audit"), "Audit")],
    ...mediators.pages,
  ],
  places: () => [
    ["/ops/health", "home", o("nav.health"), "h"],
    ["/ops/disputes", "list", o("nav.all"), "d"],
    ["/ops/money", "coin", o("nav.money"), "m"],
    ["/ops/plumbing", "cog", o("nav.plumbing"), "p"],
  ],
  words: [...mediators.words, load],
};
