import type { ComponentChildren } from "preact";
import { useRef } from "preact/hooks";
import { useLocation } from "preact-iso";
import { config } from "../config";
import { discard, tryNow, waiting } from "../data/intents";
import { said, time } from "../parts/due";
import { Icon, type IconName } from "../parts/icon";
import { cut } from "../parts/line";
import { link } from "../parts/page";
import { expired, onStaff, signIn, who } from "../session";
import { type Key, t } from "../words";

const PLACES: Record<string, [path: string, icon: IconName, words: Key][]> = {
  buyer: [
    ["/orders", "box", "nav.orders"],
    ["/disputes", "scale", "nav.disputes"],
    ["/settings", "user", "nav.account"],
  ],
  seller: [
    ["/disputes", "list", "nav.todo"],
    ["/orders", "box", "nav.orders"],
    ["/settings", "user", "nav.account"],
  ],
};

/** What is around every page: the marketplace's name, the way between places, and what a person has to know anywhere. */
export function Frame({ children }: { children: ComponentChildren }) {
  const person = who.value;
  return (
    <div class={person && onStaff(person) ? "frame staff" : "frame"}>
      <header class="top">
        <a class="brand" href={link("/")}>
          <Icon name="shield" /> <span>{config.brand.name}</span>
        </a>
        {person && (
          <span class="chip" title={person.id}>
            {t(person.lead ? "role.lead" : `role.${person.role}`)} <b>{person.id}</b>
          </span>
        )}
      </header>
      <div class="notices">
        <Offline />
        {expired.value && person && <SignedOut />}
        <Waiting />
      </div>
      <p class="hidden" role="status">
        {said.value}
      </p>
      <div class="body">{children}</div>
      {person && !onStaff(person) && (
        <Places places={PLACES[person.role]!.map(([to, icon, words]) => [to, icon, t(words)])} />
      )}
    </div>
  );
}

export type Place = [path: string, icon: IconName, words: string];

/** The way between the places of a role: a bar at the foot of a phone, a rail at the side of a desk. */
export function Places({ places }: { places: Place[] }) {
  const { path } = useLocation();
  const at = places
    .map(([to]) => to)
    .filter((to) => path.startsWith(link(to)))
    .sort((one, other) => other.length - one.length)[0];
  return (
    <nav class="places" aria-label={t("nav.places")}>
      {places.map(([to, icon, words], place) => {
        const here = to === at || (place === 0 && path === link(""));
        return (
          <a key={to} href={link(to)} aria-current={here ? "page" : undefined}>
            <Icon name={icon} />
            <span>{words}</span>
          </a>
        );
      })}
    </nav>
  );
}

function Offline() {
  return (
    <p class="strip" role="status" hidden={!cut.value}>
      {cut.value && (
        <>
          <Icon name="wifi" /> {t("offline.bar")}
        </>
      )}
    </p>
  );
}

function SignedOut() {
  return (
    <p class="strip warn" role="alert">
      {t("expired")}{" "}
      <button
        type="button"
        class="link"
        onClick={() => signIn(location.pathname.replace(import.meta.env.BASE_URL, "/"))}
      >
        {t("sign.in")}
      </button>
    </p>
  );
}

/** The outbox: what waits to be sent. It shows only when something does. */
function Waiting() {
  const sheet = useRef<HTMLDialogElement>(null);
  const items = waiting.value.filter((it) => it.attempts > 0);
  if (items.length === 0) return null;
  return (
    <>
      <button type="button" class="strip press" onClick={() => sheet.current?.showModal()}>
        <Icon name="send" /> {t("outbox.some", { count: items.length })} <Icon name="next" />
      </button>
      <dialog class="sheet" ref={sheet} aria-label={t("outbox.title")}>
        <div class="sheet-head">
          <h2>{t("outbox.title")}</h2>
          <button type="button" class="icon-button" aria-label={t("close")} onClick={() => sheet.current?.close()}>
            <Icon name="close" />
          </button>
        </div>
        <p class="soft">{t("outbox.why")}</p>
        <ul class="rows">
          {items.map((it) => (
            <li key={it.key} class="row">
              <span class="grow">
                <b>{t("outbox.item")}</b>
                <span class="soft block">
                  {decodeURIComponent(it.path.split("/")[2]!)} · {time(it.madeAt)}
                </span>
              </span>
              <button type="button" class="button small" onClick={tryNow}>
                {t("outbox.now")}
              </button>
              <button type="button" class="button small quiet" onClick={() => discard(it)}>
                {t("outbox.discard")}
              </button>
            </li>
          ))}
        </ul>
      </dialog>
    </>
  );
}
