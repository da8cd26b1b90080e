import { useState } from "preact/hooks";
import type { AcknowledgementType, Dispute } from "../api/schema";
import { useDraft } from "../data/drafts";
import { evidenceType, kindOf, upload } from "../data/uploads";
import { ActPage, useAct } from "../dispute/act";
import { CarrierFields } from "../dispute/carrier-fields";
import { Files, type Picked } from "../parts/files";
import { Choices, Form, Text } from "../parts/form";
import { Icon } from "../parts/icon";
import { money } from "../parts/money";
import { Banner } from "../parts/states";
import { label, t } from "../words";

/** B9: where to send it, and that it was sent. */
export function SendBack() {
  return (
    <ActPage title={t("return.send")} needs="ship_return">
      {(of) => <SendBody of={of} />}
    </ActPage>
  );
}

function SendBody({ of }: { of: Dispute }) {
  const act = useAct(of, "return");
  const [draft, change] = useDraft(`return/${of.id}`, { carrier: "", number: "", name: "", files: [] as Picked[] });
  const [copied, copy] = useState(false);
  if (!draft) return null;
  const { return_address: to, return_postage } = of.return!;
  const lines = [to.name, ...to.lines, `${to.postal_code ?? ""} ${to.city}`.trim(), to.country];
  const receipts = of.evidence.filter((it) => it.by === "buyer" && it.type === "proof_of_return" && it.file);
  const other = draft.carrier === "other";
  return (
    <>
      <section class="card">
        <h2>{t("return.to")}</h2>
        <address dir="auto">
          {lines.map((it) => (
            <span key={it}>{it}</span>
          ))}
        </address>
        <button
          type="button"
          class="button small"
          onClick={() => void navigator.clipboard.writeText(lines.join("\n")).then(() => copy(true))}
        >
          <Icon name="copy" /> {t(copied ? "copied" : "copy")}
        </button>
        <p class="soft">{t(`return.postage.${return_postage}`)}</p>
      </section>
      <Form
        action={act}
        submit={t("return.do")}
        ready={
          draft.carrier !== "" &&
          draft.number.trim() !== "" &&
          (!other || (draft.name.trim() !== "" && receipts.length > 0))
        }
        onSubmit={() => {
          const named = other ? { carrier_name: draft.name.trim(), receipt: receipts.at(-1)!.id } : {};
          void act.go(
            "/return/shipment",
            { carrier: draft.carrier, tracking_number: draft.number.trim(), ...named },
            "return",
          );
        }}
      >
        <CarrierFields any value={draft} onChange={(it) => void change(it)} failure={act.failure} />
        {other && receipts.length === 0 && (
          <>
            <Banner kind="info" title={t("return.receipt")} />
            <Files
              label={t("return.receipt.pick")}
              files={draft.files}
              onChange={(files) => {
                for (const it of files) void upload(of.id, it.file, it.name, "proof_of_return", "");
              }}
            />
          </>
        )}
      </Form>
    </>
  );
}

const PROBLEMS: AcknowledgementType[] = ["damaged", "empty_package_or_different", "missing_items", "item_not_received"];

/** V3: how the return arrived: fine, and the buyer is refunded; or not, and a mediator looks at it. */
export function Returned() {
  return (
    <ActPage title={t("returned.title")} needs="acknowledge_return">
      {(of) => <ReturnedBody of={of} />}
    </ActPage>
  );
}

function ReturnedBody({ of }: { of: Dispute }) {
  const act = useAct(of, "returned");
  const [draft, change] = useDraft(`returned/${of.id}`, { type: "", words: "", files: [] as Picked[] });
  if (!draft) return null;
  const fine = draft.type === "item_received";
  const amount = of.return ? money(of.return.amount) : "";
  async function send() {
    for (const it of draft!.files)
      await upload(of.id, it.file, it.name, evidenceType(kindOf({ type: it.file.type, name: it.name })), "");
    const problem = fine
      ? {}
      : { evidence: draft!.words.trim(), ...(draft!.type === "item_not_received" ? {} : { came: true }) };
    await act.go("/return/acknowledgement", { type: draft!.type, ...problem }, "returned");
  }
  return (
    <Form
      action={act}
      submit={fine ? t("returned.fine.do", { amount }) : t("returned.problem.do")}
      ready={draft.type !== "" && (fine || draft.words.trim() !== "")}
      onSubmit={() => void send()}
    >
      <Choices
        legend={t("returned.how")}
        name="how"
        value={draft.type}
        onChoose={(type) => void change({ type })}
        choices={[
          { value: "item_received", title: t("returned.fine"), text: t("returned.fine.text", { amount }) },
          ...PROBLEMS.map((it) => ({ value: it, title: label("AcknowledgementType", it) })),
        ]}
      />
      {draft.type !== "" && !fine && (
        <>
          <Text label={t("returned.words")} value={draft.words} onInput={(words) => void change({ words })} required />
          <Files label={t("files.pick")} files={draft.files} onChange={(files) => void change({ files })} />
          <p class="soft">{t("returned.problem.text")}</p>
        </>
      )}
    </Form>
  );
}

/** The seller names the parcel of a replacement. */
export function Replacement() {
  return (
    <ActPage title={t("replacement.title")} needs="ship_replacement">
      {(of) => <ReplacementBody of={of} />}
    </ActPage>
  );
}

function ReplacementBody({ of }: { of: Dispute }) {
  const act = useAct(of, "replacement");
  const [draft, change] = useDraft(`replacement/${of.id}`, { carrier: "", number: "", name: "" });
  if (!draft) return null;
  return (
    <Form
      action={act}
      submit={t("ship.do")}
      ready={draft.carrier !== "" && draft.number.trim() !== ""}
      onSubmit={() =>
        void act.go(
          "/replacement/shipment",
          { carrier: draft.carrier, tracking_number: draft.number.trim() },
          "replacement",
        )
      }
    >
      <CarrierFields value={draft} onChange={(it) => void change(it)} failure={act.failure} />
    </Form>
  );
}
