import { useState } from "preact/hooks";
import * as reads from "../api/reads";
import type { BuyerContactsKept } from "../api/schema";
import { useAction } from "../data/action";
import { readAgain } from "../data/query";
import { Form, Line } from "../parts/form";
import { Banner } from "../parts/states";
import { t } from "../words";

/** S2: a seller's new phone gets nothing but a code until the code is written here. */
export function ConfirmPhone({ of }: { of: Pick<BuyerContactsKept, "id" | "phone"> }) {
  const at = `/sellers/${encodeURIComponent(of.id)}/contacts/phone`;
  const confirm = useAction(`phone/${of.phone}/confirmation`);
  const another = useAction(`phone/${of.phone}/code`);
  const [code, write] = useState("");
  const [sent, send] = useState(false);
  return (
    <section class="card">
      <h2>{t("phone.title")}</h2>
      <p>{t("phone.what", { phone: of.phone ?? "" })}</p>
      {sent && <Banner kind="good" title={t("phone.sent")} />}
      <Form
        action={confirm}
        plain
        submit={t("phone.do")}
        ready={code.trim() !== ""}
        onSubmit={async () => {
          await confirm.run({ path: `${at}/confirmation`, body: { code: code.trim() } });
          await readAgain(reads.contacts().key);
        }}
      >
        <Line label={t("phone.code")} value={code} onInput={write} mode="numeric" most={12} complete="one-time-code" />
      </Form>
      <Form
        action={another}
        plain
        submit={t("phone.again")}
        onSubmit={async () => send((await another.run({ path: `${at}/code`, body: {} })) !== null)}
      />
    </section>
  );
}
