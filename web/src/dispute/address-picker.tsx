import { useEffect, useState } from "preact/hooks";
import * as reads from "../api/reads";
import type { Address, SellerContactsKept } from "../api/schema";
import { useRead } from "../data/query";
import { Choices, Line } from "../parts/form";
import { Banner, Loading } from "../parts/states";
import { t } from "../words";

const EMPTY: Address = { name: "", lines: [""], city: "", postal_code: "", country: "" };
const words = (it: Address) => [...it.lines, `${it.postal_code ?? ""} ${it.city}`.trim(), it.country].join(", ");
const whole = (it: Address) => !!(it.name && it.lines[0] && it.city && /^[A-Z]{2}$/.test(it.country));

/** V5: where a return goes: one of the addresses on file, or one that is typed here, so that nobody has to leave the offer. */
export function AddressPicker({ onChoose }: { onChoose: (address: Address | null) => void }) {
  const read = useRead(reads.contacts());
  const kept = (read.data as SellerContactsKept | undefined)?.return_addresses;
  const [chosen, choose] = useState("");
  const [own, change] = useState(EMPTY);
  const value = chosen || (kept && kept.length > 0 ? "0" : "new");
  useEffect(() => {
    if (!kept) return;
    onChoose(value === "new" ? (whole(own) ? own : null) : (kept[Number(value)] ?? null));
  }, [value, own, kept]);
  if (!kept) return read.error ? null : <Loading rows={1} />;
  const set = (part: Partial<Address>) => change({ ...own, ...part });
  return (
    <>
      {kept.length === 0 && (
        <Banner kind="warn" title={t("address.none")}>
          <p>{t("address.none.why")}</p>
        </Banner>
      )}
      {kept.length > 0 && (
        <Choices
          legend={t("address.where")}
          name="address"
          value={value}
          onChoose={choose}
          choices={[
            ...kept.map((it, place) => ({ value: String(place), title: it.name, text: words(it) })),
            { value: "new", title: t("address.other") },
          ]}
        />
      )}
      {value === "new" && <AddressFields value={own} onChange={set} />}
    </>
  );
}

/** Says where a return goes unless another address is chosen: to the first one in the country to which the order went. */
export function DefaultAddress({ order }: { order: string }) {
  const kept = useRead(reads.contacts()).data as SellerContactsKept | undefined;
  const country = useRead(reads.order(order)).data?.destination_country;
  const it = kept?.return_addresses.find((one) => one.country === country);
  return <p dir="auto">{it && t("address.default", { name: it.name, place: words(it) })}</p>;
}

/** The fields of an address. */
export function AddressFields({ value, onChange }: { value: Address; onChange: (part: Partial<Address>) => void }) {
  return (
    <>
      <Line
        label={t("address.name")}
        value={value.name}
        onInput={(name) => onChange({ name })}
        most={200}
        complete="name"
      />
      <Line
        label={t("address.street")}
        value={value.lines[0] ?? ""}
        onInput={(line) => onChange({ lines: [line] })}
        most={200}
        complete="address-line1"
      />
      <Line
        label={t("address.code")}
        value={value.postal_code ?? ""}
        onInput={(postal_code) => onChange({ postal_code })}
        most={20}
        required={false}
        complete="postal-code"
      />
      <Line
        label={t("address.city")}
        value={value.city}
        onInput={(city) => onChange({ city })}
        most={200}
        complete="address-level2"
      />
      <Line
        label={t("address.country")}
        hint={t("address.country.hint")}
        value={value.country}
        onInput={(country) => onChange({ country: country.toUpperCase().slice(0, 2) })}
        most={2}
        complete="country"
      />
    </>
  );
}
