import "./staff.css";
import type { ComponentType } from "preact";
import { lazy, Route, Router, useLocation } from "preact-iso";
import { type Place, Places } from "../frame/frame";
import { Missing } from "../pages/missing";
import { link, Page } from "../parts/page";
import { Loading } from "../parts/states";
import { who } from "../session";
import { type Language, speakAlso, t } from "../words";
import { Help } from "./help";
import { useKeys } from "./keys";
import { StaffSettings } from "./settings";
import { load as ownWords, s } from "./words";

type Words = Record<string, () => Promise<{ default: Record<string, string> }>>;

/** The pages of one kind of staff. The first page is also what `/` shows. */
export interface Desk {
  pages: [path: string, page: ComponentType][];
  /** The places of the rail, each with the second key of its shortcut `g …`. */
  places: () => [...Place, key: string][];
  /** The catalogues of these pages. */
  words: Words[];
}

const DESKS: Record<string, () => Promise<{ desk: Desk }>> = {
  mediator: () => import("./desk"),
  operator: () => import("./ops"),
};
let desk: Desk;

const speaks = (words: Words) => async (code: Language) => (await words[`./${code}.json`]!()).default;

/** Loads the desk of who is signed in, and its words. */
export async function prepare(): Promise<void> {
  desk = (await DESKS[who.value!.role]!()).desk;
  await Promise.all([ownWords, ...desk.words].map((it) => speakAlso(speaks(it))));
}

/** Returns a page that is loaded when it is gone to. */
export function page<M>(load: () => Promise<M>, name: keyof M & string): ComponentType {
  return lazy(() => load().then((it) => it[name] as ComponentType));
}

/** All pages of staff, with their rail and their shortcuts. Buyers and sellers load none of it. */
export function Staff() {
  const { route } = useLocation();
  const places = desk.places();
  useKeys(
    s("keys.group.all"),
    places.map(([to, , words, key]) => ({ keys: `g ${key}`, words, run: () => route(link(to)) })),
  );
  return (
    <>
      <Router>
        <Route path={link("/signed-in")} component={Entering} />
        <Route path={link("/")} component={desk.pages[0]![1]} />
        {desk.pages.map(([path, component]) => (
          <Route key={path} path={link(`/${path}`)} component={component} />
        ))}
        <Route path={link("/settings")} component={StaffSettings} />
        <Route default component={Missing} />
      </Router>
      <Places
        places={[
          ...places.map(([to, icon, words]): Place => [to, icon, words]),
          ["/settings", "user", t("nav.account")],
        ]}
      />
      <Help />
    </>
  );
}

function Entering() {
  return (
    <Page title={t("sign.title")}>
      <Loading />
    </Page>
  );
}
