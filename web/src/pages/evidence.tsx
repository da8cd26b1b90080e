import { useLocation, useRoute } from "preact-iso";
import * as reads from "../api/reads";
import type { Dispute, EvidenceType, EvidenceWithLink } from "../api/schema";
import { now } from "../data/clock";
import { useDraft } from "../data/drafts";
import { useRead } from "../data/query";
import { evidenceType, kindOf, upload } from "../data/uploads";
import { ActPage, changed, useAct } from "../dispute/act";
import { OnTheWay } from "../dispute/on-the-way";
import { may, me, missing, questions } from "../dispute/view";
import { Viewer } from "../dispute/viewer";
import { At } from "../parts/due";
import { Files, type Picked } from "../parts/files";
import { Choices, Form, Text } from "../parts/form";
import { Icon } from "../parts/icon";
import { link, Page, Shown } from "../parts/page";
import { drawn } from "../parts/photo";
import { Empty } from "../parts/states";
import { label, t } from "../words";

/** B8: all that both sides have shown, newest first, each piece one tap from its full size. */
export function Evidence() {
  const { params } = useRoute();
  const { query } = useLocation();
  const dispute = useRead(reads.dispute(params.id!));
  const read = useRead(reads.evidence(params.id!));
  const of = dispute.data;
  return (
    <Page title={t("evidence.title")} back={`/disputes/${params.id}`} backWords={t("dispute.to")}>
      {of && may(of, "add_evidence") && (
        <a
          class={`button ${missing(of).length > 0 ? "primary" : ""} wide`}
          href={link(`/disputes/${of.id}/evidence/add`)}
        >
          <Icon name="plus" /> {t("act.evidence")}
        </a>
      )}
      {of && missing(of).length > 0 && (
        <p class="wanted">
          <Icon name="camera" />{" "}
          {t("evidence.wanted", {
            what: missing(of)
              .map((it) => label("EvidenceType", it))
              .join(", "),
          })}
        </p>
      )}
      <OnTheWay dispute={params.id!} />
      <Shown read={read}>
        {(list) =>
          list.evidence.length === 0 ? (
            <Empty icon="camera" title={t("evidence.none")} />
          ) : (
            <Pieces pieces={[...list.evidence].reverse()} show={query.show} again={() => void read.refetch()} />
          )
        }
      </Shown>
    </Page>
  );
}

function Pieces({ pieces, show, again }: { pieces: EvidenceWithLink[]; show?: string; again: () => void }) {
  const photos = pieces.filter((it) => it.file && drawn(it.file) && it.link);
  const { route } = useLocation();
  const open = (id: string) => route(`${location.pathname}?show=${id}`, true);
  // A link that has ended is renewed; a photo that cannot be drawn would ask again and again.
  const broken = (of: EvidenceWithLink) => Date.parse(of.link?.expires_at ?? "") < now() && again();
  return (
    <>
      <ul class="cards">
        {pieces.map((it) => (
          <li key={it.id} class="card piece">
            <h2 class="side-title">
              {label("EvidenceType", it.type)} · {it.by === me() ? t("you") : label("Role", it.by)}
            </h2>
            {it.erased && <p class="soft">{t("evidence.erased")}</p>}
            {it.note && (
              <p class="words" dir="auto">
                {it.note}
              </p>
            )}
            {it.link &&
              (it.file && drawn(it.file) ? (
                <button
                  type="button"
                  class="photo"
                  aria-label={t("evidence.open", { what: label("EvidenceType", it.type) })}
                  onClick={() => open(it.id)}
                >
                  <img src={it.link.url} alt="" loading="lazy" onError={() => broken(it)} />
                </button>
              ) : (
                <a class="button" href={it.link.url} target="_blank" rel="noreferrer">
                  <Icon name="file" /> {t("evidence.save", { kind: label("ContentType", it.file!.content_type) })}
                </a>
              ))}
            <p class="soft small">
              <At at={it.at} />
            </p>
          </li>
        ))}
      </ul>
      <Viewer
        photos={photos}
        show={show}
        onShow={open}
        onClose={() => route(location.pathname, true)}
        onBroken={() => photos.forEach(broken)}
      />
    </>
  );
}

/** Add evidence, or answer a mediator's question: words, files, or both. */
export function AddEvidence() {
  return (
    <ActPage title={t("act.evidence")} needs="add_evidence">
      {(of) => <AddBody of={of} />}
    </ActPage>
  );
}

const EMPTY = { note: "", type: "", files: [] as Picked[] };
const WRITTEN: EvidenceType[] = ["statement", "correspondence", "tracking_information", "proof_of_delivery"];

function AddBody({ of }: { of: Dispute }) {
  const act = useAct(of, "evidence");
  const { route } = useLocation();
  const [draft, change] = useDraft(`evidence/${of.id}`, EMPTY);
  const asked = questions(of);
  if (!draft) return null;
  const wanted = missing(of);
  const type = (draft.type || "statement") as EvidenceType;
  async function send() {
    const { files, note } = draft!;
    for (const it of files) {
      await upload(of.id, it.file, it.name, evidenceType(kindOf({ type: it.file.type, name: it.name })), note.trim());
    }
    await change({ files: [] });
    if (files.length === 0 || asked.length > 0) {
      // A question is answered by words too, so that the answer does not wait for the file.
      const done = await act.go("/evidence", { type, note: note.trim() || t("evidence.seefile") }, "evidence");
      if (done) await change(EMPTY);
      return;
    }
    await change(EMPTY);
    await changed(of, null);
    route(link(`/disputes/${of.id}/evidence`), true);
  }
  return (
    <Form
      action={act}
      submit={t("evidence.send")}
      ready={draft.note.trim() !== "" || draft.files.length > 0}
      onSubmit={() => void send()}
    >
      {asked.map((it) => (
        <blockquote key={it.id} dir="auto">
          {it.question}
        </blockquote>
      ))}
      {wanted.length > 0 && (
        <p class="wanted">
          <Icon name="camera" />{" "}
          {t("evidence.wanted", { what: wanted.map((it) => label("EvidenceType", it)).join(", ") })}
        </p>
      )}
      <Files label={t("files.pick")} files={draft.files} onChange={(files) => void change({ files })} />
      <Text
        label={t("evidence.note")}
        value={draft.note}
        onInput={(note) => void change({ note })}
        required={draft.files.length === 0}
      />
      {draft.files.length === 0 && asked.length === 0 && (
        <Choices
          legend={t("evidence.kind")}
          name="kind"
          value={type}
          onChoose={(it) => void change({ type: it })}
          choices={WRITTEN.map((it) => ({ value: it, title: label("EvidenceType", it) }))}
        />
      )}
      <p class="soft small">{t("evidence.both")}</p>
    </Form>
  );
}
