import { useSignal } from "@preact/signals";
import { answered, api } from "../api/client";
import type { PersonSignals } from "../api/schema";
import { useRead } from "../data/query";
import { link, Shown } from "../parts/page";
import { who } from "../session";
import { type Key, label, language, t } from "../words";
import { s } from "./words";

const path = { buyer: "/signals/buyer/{buyer_id}", seller: "/signals/seller/{seller_id}" } as const;

const signals = (role: "buyer" | "seller", id: string) => ({
  key: [who.value?.id ?? "", "signals", role, id],
  read: (): Promise<PersonSignals> =>
    role === "buyer"
      ? answered(api.GET(path.buyer, { params: { path: { buyer_id: id } } }))
      : answered(api.GET(path.seller, { params: { path: { seller_id: id } } })),
});

const percent = (ppm: number) =>
  new Intl.NumberFormat(language.value, { style: "percent", maximumFractionDigits: 0 }).format(ppm / 1_000_000);

/** The patterns in one person's disputes, with their bounds and the cases behind them. */
export function Patterns({ of }: { of: PersonSignals }) {
  if (of.signals.length === 0) return <p class="soft">{s("signals.none")}</p>;
  return (
    <ul class="events">
      {of.signals.map((it) => (
        <li key={`${it.kind}${it.about}`}>
          <p>
            <b>{label("signal", it.kind)}</b> {it.about && t(`reason.title.${it.about}` as Key)}
          </p>
          <p>
            {s("signals.counted", { count: it.count, of: it.of })} · {percent(it.lower_ppm)} – {percent(it.upper_ppm)}{" "}
            {it.small && <span class="tag">{s("signals.small")}</span>}
          </p>
          <p class="small">
            {it.cases.map((one) => (
              <span key={one}>
                <a class="case-link" href={link(`/disputes/${one}`)}>
                  {one}
                </a>{" "}
              </span>
            ))}
          </p>
        </li>
      ))}
    </ul>
  );
}

/** The patterns of both parties of a case, read when the panel is opened: they are a reason to ask, and not to decide. */
export function Signals({ buyer, seller }: { buyer: string; seller: string }) {
  const open = useSignal(false);
  return (
    <details
      class="card fold"
      onToggle={(it) => {
        open.value = it.currentTarget.open;
      }}
    >
      <summary>{s("signals.title")}</summary>
      {open.value && (
        <>
          <p class="soft small">{s("signals.why")}</p>
          <Person of="buyer" id={buyer} />
          <Person of="seller" id={seller} />
        </>
      )}
    </details>
  );
}

function Person({ of: role, id }: { of: "buyer" | "seller"; id: string }) {
  const read = useRead(signals(role, id));
  return (
    <>
      <h3>
        {t(`role.${role}`)} {id}
      </h3>
      <Shown read={read} rows={1}>
        {(it) => <Patterns of={it} />}
      </Shown>
    </>
  );
}
