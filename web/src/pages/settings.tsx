import { useEffect, useState } from "preact/hooks";
import * as reads from "../api/reads";
import type { Address, BuyerContactsKept, SellerContactsKept } from "../api/schema";
import { useAction } from "../data/action";
import { queries, useRead } from "../data/query";
import { AddressFields } from "../dispute/address-picker";
import { zone } from "../parts/due";
import { Form, Line, Select } from "../parts/form";
import { Icon } from "../parts/icon";
import { LanguageSelect } from "../parts/language";
import { link, Page, Shown } from "../parts/page";
import { Banner } from "../parts/states";
import { signOut, who } from "../session";
import { type Key, language, t } from "../words";
import { ConfirmPhone } from "./phone";

type Contacts = BuyerContactsKept & Partial<SellerContactsKept>;

/** S2: how a person is reached, in which language and zone, and for sellers where returns go. */
export function Settings() {
  const read = useRead(reads.contacts());
  return (
    <Page title={t("nav.account")}>
      <section class="card">
        <div class="row">
          <Icon name="user" />
          <span class="grow">
            <b>{who.value!.id}</b>
            <span class="soft block">{t(`role.${who.value!.role}`)}</span>
          </span>
          <button type="button" class="button small" onClick={() => void signOut()}>
            <Icon name="out" /> {t("sign.out")}
          </button>
        </div>
      </section>
      <section class="card">
        <LanguageSelect />
      </section>
      {(read.data as Contacts | undefined)?.phone_status === "pending" && who.value!.role === "seller" && (
        <ConfirmPhone of={read.data as Contacts} />
      )}
      <Shown read={read}>{(it) => <Reach of={it as Contacts} />}</Shown>
      <nav class="links" aria-label={t("more")}>
        <a href={link("/settings/forget")}>
          <Icon name="user" /> {t("forget.title")} <Icon name="next" />
        </a>
      </nav>
    </Page>
  );
}

const ZONES = () => (Intl as unknown as { supportedValuesOf(key: string): string[] }).supportedValuesOf("timeZone");

const FIELDS = ["email", "phone", "time_zone", "quiet_hours", "channels", "return_addresses"] as const;
type Field = (typeof FIELDS)[number];
const NAMES: Record<Field, Key> = {
  email: "settings.email",
  phone: "settings.phone",
  time_zone: "settings.zone",
  quiet_hours: "settings.quiet",
  channels: "settings.channels",
  return_addresses: "settings.returns",
};
const same = (one: unknown, other: unknown) => JSON.stringify(one) === JSON.stringify(other);
/** How a field is shown beside what was typed in it; nothing where it is no text. */
const words = (it: unknown) => (typeof it === "string" ? it : it === null ? t("settings.empty") : "");

function Reach({ of }: { of: Contacts }) {
  const seller = who.value!.role === "seller";
  // What the form began with, what was made of it here, and which of it was changed elsewhere too.
  const [base, begin] = useState(of);
  const [it, set] = useState(of);
  const [both, clash] = useState<Field[]>([]);
  const [saved, save] = useState(false);
  const action = useAction(`contacts/${base.version}`);
  useEffect(() => {
    zone.value = of.time_zone;
    if (of.version === base.version) return;
    // Field by field: what was changed here stays, and the rest is as it is elsewhere now.
    const mine = FIELDS.filter((name) => !same(it[name], base[name]) && !same(it[name], of[name]));
    clash(mine.filter((name) => !same(of[name], base[name])));
    set({ ...of, ...Object.fromEntries(mine.map((name) => [name, it[name]])) });
    begin(of);
  }, [of]);
  const change = (part: Partial<Contacts>) => {
    save(false);
    set({ ...it, ...part });
  };
  async function send() {
    const body = {
      email: it.email,
      phone: it.phone,
      language: language.value,
      time_zone: it.time_zone,
      quiet_hours: it.quiet_hours,
      channels: it.channels,
      ...(seller ? { return_addresses: (it.return_addresses ?? []).filter((one) => one.name) } : {}),
    };
    const path = `/${seller ? "sellers" : "buyers"}/${encodeURIComponent(of.id)}/contacts`;
    const answer = await action.run({ path, method: "PUT", body, version: base.version });
    if (answer?.id) {
      clash([]);
      set(answer as unknown as Contacts);
      queries.setQueryData(reads.contacts().key, answer);
      save(true);
    } else {
      await queries.invalidateQueries({ queryKey: reads.contacts().key });
    }
  }
  const zones = [...new Set([it.time_zone, ...ZONES()])];
  const addresses = it.return_addresses ?? [];
  const put = (place: number, part: Partial<Address>) =>
    change({ return_addresses: addresses.map((one, at) => (at === place ? { ...one, ...part } : one)) });
  return (
    <Form action={action} submit={t("settings.save")} onSubmit={() => void send()}>
      {saved && <Banner kind="good" title={t("settings.saved")} />}
      {both.length > 0 && (
        <Banner kind="warn" title={t("settings.changed")}>
          <p>{t("settings.both")}</p>
          <ul>
            {both.map((name) => (
              <li key={name} dir="auto">
                {t(NAMES[name])}: {words(of[name])}
              </li>
            ))}
          </ul>
        </Banner>
      )}
      <section class="card">
        <h2>{t("settings.reach")}</h2>
        <Line
          label={t("settings.email")}
          type="email"
          mode="email"
          value={it.email ?? ""}
          onInput={(email) => change({ email: email || null })}
          required={false}
          most={254}
          complete="email"
          hint={t(`settings.email.${of.email_status}` as Key)}
        />
        <Line
          label={t("settings.phone")}
          type="tel"
          mode="tel"
          value={it.phone ?? ""}
          onInput={(phone) => change({ phone: phone || null })}
          required={false}
          most={16}
          complete="tel"
          hint={[seller && t(`settings.phone.${of.phone_status}`), t("settings.phone.hint")].filter(Boolean).join(" ")}
        />
        <fieldset class="choices">
          <legend>{t("settings.channels")}</legend>
          {(["email", "sms", "push"] as const).map((one) => (
            <label key={one} class="tick">
              <input
                type="checkbox"
                checked={it.channels[one] ?? true}
                onChange={(event) => change({ channels: { ...it.channels, [one]: event.currentTarget.checked } })}
              />
              {t(`settings.channel.${one}`)}
            </label>
          ))}
        </fieldset>
      </section>
      <section class="card">
        <h2>{t("settings.times")}</h2>
        <Select
          label={t("settings.zone")}
          value={it.time_zone}
          onChange={(time_zone) => change({ time_zone })}
          options={zones.map((one) => [one, one.replaceAll("_", " ")])}
        />
        <label class="tick">
          <input
            type="checkbox"
            checked={it.quiet_hours !== null}
            onChange={(event) =>
              change({ quiet_hours: event.currentTarget.checked ? { from: "22:00", to: "08:00" } : null })
            }
          />
          {t("settings.quiet")}
        </label>
        {it.quiet_hours && (
          <div class="two">
            <Line
              label={t("settings.from")}
              type="time"
              value={it.quiet_hours.from}
              onInput={(from) => change({ quiet_hours: { ...it.quiet_hours!, from } })}
            />
            <Line
              label={t("settings.to")}
              type="time"
              value={it.quiet_hours.to}
              onInput={(to) => change({ quiet_hours: { ...it.quiet_hours!, to } })}
            />
          </div>
        )}
      </section>
      {seller && (
        <section class="card">
          <h2>{t("settings.returns")}</h2>
          {addresses.map((one, place) => (
            <fieldset key={place} class="form address">
              <legend class="hidden">{t("settings.returns")}</legend>
              <AddressFields value={one} onChange={(part) => put(place, part)} />
              <button
                type="button"
                class="button small quiet"
                onClick={() => change({ return_addresses: addresses.filter((_, at) => at !== place) })}
              >
                {t("settings.returns.remove")}
              </button>
            </fieldset>
          ))}
          <button
            type="button"
            class="button"
            onClick={() =>
              change({
                return_addresses: [...addresses, { name: "", lines: [""], city: "", postal_code: "", country: "" }],
              })
            }
          >
            <Icon name="plus" /> {t("settings.returns.add")}
          </button>
        </section>
      )}
    </Form>
  );
}
