import * as reads from "../api/reads";
import type { Dispute } from "../api/schema";
import { useRead } from "../data/query";
import { At } from "../parts/due";
import { Icon } from "../parts/icon";
import { link } from "../parts/page";
import { drawn } from "../parts/photo";
import { label, t } from "../words";
import { OnTheWay } from "./on-the-way";
import { missing } from "./view";

/** The newest evidence in small pictures, and what is still to be shown. */
export function EvidenceStrip({ of }: { of: Dispute }) {
  const read = useRead(reads.evidence(of.id));
  const wanted = missing(of);
  const pieces = read.data?.evidence ?? [];
  return (
    <section class="card">
      <h2>{t("evidence.title")}</h2>
      {wanted.length > 0 && (
        <p class="wanted">
          <Icon name="camera" />{" "}
          {t("evidence.wanted", { what: wanted.map((it) => label("EvidenceType", it)).join(", ") })}
        </p>
      )}
      <OnTheWay dispute={of.id} />
      {of.evidence.length === 0 && wanted.length === 0 && <p class="soft">{t("evidence.none")}</p>}
      {pieces.length > 0 && (
        <ul class="strip-of-files">
          {pieces.slice(-6).map((it) => (
            <li key={it.id}>
              <a
                href={link(`/disputes/${of.id}/evidence?show=${it.id}`)}
                aria-label={`${label("EvidenceType", it.type)}, ${t(`role.${it.by}` as never)}`}
              >
                {it.link && it.file && drawn(it.file) ? (
                  <img src={(it.thumbnail ?? it.link).url} alt="" loading="lazy" />
                ) : (
                  <Icon name={it.file ? "file" : "chat"} />
                )}
              </a>
            </li>
          ))}
        </ul>
      )}
      {/* On paper every piece is listed, as nothing can be opened there. */}
      <ol class="print-only">
        {pieces.map((it) => (
          <li key={it.id}>
            {label("EvidenceType", it.type)} · {t(`role.${it.by}` as never)} · <At at={it.at} />
            {it.note && (
              <p class="words" dir="auto">
                {it.note}
              </p>
            )}
          </li>
        ))}
      </ol>
      <a class="all" href={link(`/disputes/${of.id}/evidence`)}>
        {t("evidence.all", { count: of.evidence.length })} <Icon name="next" />
      </a>
    </section>
  );
}
