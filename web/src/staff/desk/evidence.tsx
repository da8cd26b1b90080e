import { useSignal } from "@preact/signals";
import type { CaseFile, EvidenceWithLink } from "../../api/schema";
import { Viewer } from "../../dispute/viewer";
import { At } from "../../parts/due";
import { Icon } from "../../parts/icon";
import { drawn } from "../../parts/photo";
import { label, t } from "../../words";
import { useKeys } from "../keys";
import { d } from "./words";

const PARTIES = ["buyer", "seller"] as const;

/** What both sides have shown, side by side, each photo one key from its full size. Links that have run out are renewed. */
export function Evidence({ of: file, again }: { of: CaseFile; again: () => void }) {
  const show = useSignal<string | undefined>(undefined);
  const pieces = file.evidence!;
  const photos = PARTIES.flatMap((by) => pieces.filter((it) => it.by === by && isPhoto(it)));
  useKeys(d("evidence.desk"), [
    {
      keys: "e",
      words: d("keys.evidence"),
      run: () => {
        show.value = photos[0]?.id;
      },
    },
  ]);
  return (
    <section class="card" aria-labelledby="evidence">
      <h2 id="evidence">
        {d("evidence.desk")} <span class="soft">{pieces.length}</span>
      </h2>
      <div class="two">
        {PARTIES.map((by) => {
          const theirs = pieces.filter((it) => it.by === by);
          const missing = file.dispute.missing_evidence[by];
          return (
            <div key={by} class="side-of-evidence">
              <h3>
                {label("Role", by)} <span class="soft">{theirs.length}</span>
              </h3>
              {missing.length > 0 && (
                <p class="late">
                  <Icon name="camera" />{" "}
                  {d("evidence.missing", { what: missing.map((it) => label("EvidenceType", it)).join(", ") })}
                </p>
              )}
              {theirs.length === 0 && <p class="soft">{d("evidence.nothing")}</p>}
              <ul class="pieces">
                {theirs.map((it) => (
                  <li key={it.id}>
                    <Piece of={it} open={() => (show.value = it.id)} again={again} />
                  </li>
                ))}
              </ul>
            </div>
          );
        })}
      </div>
      <Viewer
        photos={photos}
        show={show.value}
        onShow={(id) => (show.value = id)}
        onClose={() => (show.value = undefined)}
        onBroken={again}
      />
    </section>
  );
}

const isPhoto = (it: EvidenceWithLink) => !!(it.file && it.link && drawn(it.file));

function Piece({ of: it, open, again }: { of: EvidenceWithLink; open: () => void; again: () => void }) {
  return (
    <>
      {isPhoto(it) ? (
        <button
          type="button"
          class="photo"
          aria-label={t("evidence.open", { what: label("EvidenceType", it.type) })}
          onClick={open}
        >
          <img src={(it.thumbnail ?? it.link!).url} alt="" loading="lazy" onError={again} />
        </button>
      ) : (
        it.link && (
          <a class="button small" href={it.link.url} target="_blank" rel="noreferrer">
            <Icon name="file" /> {label("ContentType", it.file!.content_type)}
          </a>
        )
      )}
      <div>
        <b>{label("EvidenceType", it.type)}</b>
        {it.erased && <p class="soft">{t("evidence.erased")}</p>}
        {it.note && (
          <p class="words" dir="auto">
            {it.note}
          </p>
        )}
        <p class="soft small">
          <At at={it.at} />
          {it.answers.length > 0 && ` · ${d("evidence.answers")}`}
        </p>
      </div>
    </>
  );
}
