import type { Desk } from "../app";
import { desk as mediators } from "../desk";

/** The operators' pages: the mediators' queue and cases, which an operator may read. */
export const desk: Desk = mediators;
