import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import type { CaseFile, EvidenceWithLink } from "../../api/schema";
import { Viewer } from "../../dispute/viewer";
import { At } from "../../parts/due";
import { Icon } from "../../parts/icon";
import { drawn } from "../../parts/photo";
import { label, t } from "../../words";
import { useKeys } from "../keys";
import { d } from "./words";

/** Milliseconds between two renewals: a photo that cannot be drawn at all does not ask without end. */
const RENEWED_EVERY = 10_000;
const PARTIES = ["buyer", "seller"] as const;

/** What both sides have shown, side by side, each photo one key from its full size. Links that have run out are renewed. */
export function Evidence({ of: file, again }: { of: CaseFile; again: () => void }) {
  const show = useSignal<string | undefined>(undefined);
  // A link is kept while it works: each read brings another one, and nothing would be gained by loading a photo again.
  const links = useRef(new Map<string, EvidenceWithLink>());
  const tried = useRef(0);
  const pieces = file.evidence!.map((it) => {
    const before = links.current.get(it.id);
    const known = before?.link ? before : it;
    links.current.set(it.id, known);
    return { ...it, link: it.link && known.link, thumbnail: known.thumbnail };
  });
  const renew = () => {
    if (performance.now() - tried.current < RENEWED_EVERY) return;
    tried.current = performance.now();
    links.current.clear();
    again();
  };
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
                    <Piece of={it} open={() => (show.value = it.id)} again={renew} />
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
        onBroken={renew}
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
