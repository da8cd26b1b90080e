import { useState } from "preact/hooks";
import * as reads from "../api/reads";
import type { AcknowledgementType, Dispute } from "../api/schema";
import { useDraft } from "../data/drafts";
import { useRead } from "../data/query";
import { evidenceType, kindOf, upload } from "../data/uploads";
import { ActPage, useAct } from "../dispute/act";
import { CarrierFields } from "../dispute/carrier-fields";
import { Proof, proofOf } from "../dispute/proof";
import { Files, type Picked } from "../parts/files";
import { Choices, Form, Line, Text } from "../parts/form";
import { Icon } from "../parts/icon";
import { money, readAmount } from "../parts/money";
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
  const [draft, change] = useDraft(`return/${of.id}`, { carrier: "", number: "", name: "", postage: "" });
  const [copied, copy] = useState(false);
  if (!draft) return null;
  const back = of.return!;
  const { return_address: to, return_postage } = back;
  const lines = [to.name, ...to.lines, `${to.postal_code ?? ""} ${to.city}`.trim(), to.country];
  const other = draft.carrier === "other";
  const receipt = proofOf(of, "proof_of_return");
  // Postage that the buyer has paid for the seller is repaid by its receipt.
  const repaid = return_postage === "seller" && !back.return_label;
  const postage = repaid && draft.postage ? readAmount(draft.postage, of.maximum.exponent) : null;
  const wrong = repaid && draft.postage !== "" && !postage;
  const shown = other || (postage ?? 0) > 0;
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
        {back.return_label && <ReturnLabel of={of} id={back.return_label} />}
      </section>
      <Form
        action={act}
        submit={t("return.do")}
        ready={
          draft.carrier !== "" &&
          draft.number.trim() !== "" &&
          (!other || draft.name.trim() !== "") &&
          !wrong &&
          (!shown || receipt !== undefined)
        }
        onSubmit={() => {
          const body = {
            carrier: draft.carrier,
            tracking_number: draft.number.trim(),
            ...(other ? { carrier_name: draft.name.trim() } : {}),
            ...(shown ? { receipt: receipt!.id } : {}),
            ...(postage ? { postage: { minor: postage, currency: of.maximum.currency } } : {}),
          };
          void act.go("/return/shipment", body, "return");
        }}
      >
        <CarrierFields any value={draft} onChange={(it) => void change(it)} failure={act.failure} />
        {repaid && (
          <Line
            label={`${t("return.paid")} (${of.maximum.currency})`}
            hint={t("return.paid.hint")}
            value={draft.postage}
            onInput={(it) => void change({ postage: it })}
            mode="decimal"
            required={false}
            error={wrong ? t("amount.wrong") : undefined}
          />
        )}
        {shown && <Proof of={of} type="proof_of_return" why={t("return.receipt")} pick={t("return.receipt.pick")} />}
      </Form>
    </>
  );
}

/** The seller's prepaid label, to print. */
export function ReturnLabel({ of, id }: { of: Dispute; id: string }) {
  const list = useRead(reads.evidence(of.id)).data;
  const label = list?.evidence.find((it) => it.id === id);
  if (!label?.link) return null;
  return (
    <a class="button" href={label.link.url} target="_blank" rel="noreferrer">
      <Icon name="file" /> {t("return.label")}
    </a>
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
  const [draft, change] = useDraft(`returned/${of.id}`, { type: "", words: "", objects: false, files: [] as Picked[] });
  if (!draft) return null;
  const fine = draft.type === "item_received" && !draft.objects;
  const postage = of.return?.postage;
  const amount = of.return ? money(of.return.amount) : "";
  async function send() {
    for (const it of draft!.files)
      await upload(of.id, it.file, it.name, evidenceType(kindOf({ type: it.file.type, name: it.name })), "");
    const words = draft!.words.trim();
    const came = !["item_received", "item_not_received"].includes(draft!.type);
    const problem = {
      ...(draft!.type === "item_received" ? {} : { evidence: words }),
      ...(came ? { came: true } : {}),
      ...(draft!.objects ? { postage_objection: words } : {}),
    };
    await act.go("/return/acknowledgement", { type: draft!.type, ...problem }, "returned");
  }
  return (
    <Form
      action={act}
      submit={draft.type === "" ? t("next") : fine ? t("returned.fine.do", { amount }) : t("returned.problem.do")}
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
      {postage && draft.type !== "" && (
        <label class="tick choice">
          <input
            type="checkbox"
            checked={draft.objects}
            onChange={(it) => void change({ objects: it.currentTarget.checked })}
          />
          {t("returned.postage", { amount: money(postage) })}
        </label>
      )}
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
