import { useRoute } from "preact-iso";
import * as reads from "../api/reads";
import type { GuaranteeNow } from "../api/schema";
import { useRead } from "../data/query";
import { remedy } from "../dispute/view";
import { Due, moment } from "../parts/due";
import { Icon } from "../parts/icon";
import { money } from "../parts/money";
import { link, Page, Shown } from "../parts/page";
import { type Key, label, t } from "../words";

/** B3: what protects an order: each guarantee with yes, not yet (from when) or no (why), in the server's words. */
export function Covered() {
  const { params } = useRoute();
  const read = useRead(reads.protection(params.id!));
  return (
    <Page title={t("protection.title")} back={`/orders/${params.id}`} backWords={t("order.to")}>
      <Shown read={read}>
        {(it) => (
          <>
            {!it.completed && (
              <section class="hero wait">
                <h2>{t("protection.until")}</h2>
                <Due at={it.closes_at} over={() => void read.refetch()} />
              </section>
            )}
            <ul class="cards">
              {it.guarantees.map((one) => (
                <Guarantee key={one.guarantee} of={one} order={it.order_id} />
              ))}
            </ul>
          </>
        )}
      </Shown>
    </Page>
  );
}

function Guarantee({ of, order }: { of: GuaranteeNow; order: string }) {
  const state = of.applies ? "yes" : of.offered && of.opens_at && !of.exclusion ? "later" : "no";
  const needed = of.evidence.buyer.required.map((it) => label("EvidenceType", it)).join(", ");
  return (
    <li class="card">
      <h2>
        {label("Guarantee", of.guarantee)}{" "}
        <span class={`tag ${state === "yes" ? "good" : state === "later" ? "" : "none"}`}>
          {t(`protection.${state}`)}
        </span>
      </h2>
      <p class="soft">{t(`reason.text.${of.reason}` as Key)}</p>
      {state === "later" && <p>{t("open.from", { date: moment(of.opens_at!) })}</p>}
      <p dir="auto">{of.explanation}</p>
      {of.applies && (
        <>
          <ul class="ticks">
            {of.remedies.map((it) => (
              <li key={it.type}>
                <Icon name="check" />
                <span>
                  {remedy("kind", it.type, of.reason)}
                  {it.type.startsWith("refund") && `: ${t("offer.most", { amount: money(it.maximum) })}`}
                  {it.return_postage && <span class="soft block">{t(`return.postage.${it.return_postage}`)}</span>}
                </span>
              </li>
            ))}
          </ul>
          {needed && (
            <p>
              <Icon name="camera" /> {t("show.needed", { what: needed })}
            </p>
          )}
          <a class="button" href={link(`/orders/${order}/dispute/new?guarantee=${of.guarantee}`)}>
            {t("protection.start")}
          </a>
        </>
      )}
    </li>
  );
}
