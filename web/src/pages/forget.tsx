import { useState } from "preact/hooks";
import * as reads from "../api/reads";
import type { Erasure } from "../api/schema";
import { useAction } from "../data/action";
import { readAgain, useRead } from "../data/query";
import { moment } from "../parts/due";
import { Form } from "../parts/form";
import { link, Page, Shown } from "../parts/page";
import { who } from "../session";
import { t } from "../words";

/** S2: ask to be forgotten, see how far that is, and take it back while it has not begun. */
export function Forget() {
  const read = useRead({ ...reads.erasure(), every: 60_000 });
  return (
    <Page title={t("forget.title")} back="/settings" backWords={t("nav.account")}>
      <Shown read={read}>
        {(it) => (it && it.status !== "withdrawn" ? <State of={it} /> : <Ask again={it !== null} />)}
      </Shown>
    </Page>
  );
}

const mine = () => `/${who.value!.role}s/${encodeURIComponent(who.value!.id)}`;

function Ask({ again }: { again: boolean }) {
  const action = useAction("forget");
  const [sure, decide] = useState(false);
  return (
    <>
      {again && <p class="soft">{t("forget.withdrawn")}</p>}
      <p>{t("forget.what")}</p>
      <ul class="points">
        <li>{t("forget.what.kept")}</li>
        <li>{t("forget.what.waits")}</li>
        <li>{t("forget.what.day")}</li>
      </ul>
      <Form
        action={action}
        danger
        submit={t("forget.do")}
        ready={sure}
        onSubmit={async () => {
          await action.run({ path: mine(), method: "DELETE", body: null });
          await readAgain(reads.erasure().key);
        }}
      >
        <label class="tick choice">
          <input type="checkbox" checked={sure} onChange={(it) => decide(it.currentTarget.checked)} />
          {t("forget.sure")}
        </label>
      </Form>
      <a class="button quiet wide" href={link("/settings")}>
        {t("cancel")}
      </a>
    </>
  );
}

function State({ of }: { of: Erasure }) {
  const action = useAction("forget/back");
  const next = of.looks_again_at && moment(of.looks_again_at);
  return (
    <>
      <section class="hero wait">
        <h2>{t(`forget.${of.status}`)}</h2>
        <p>{t("forget.asked", { date: moment(of.asked_at) })}</p>
        {of.status === "pending" && next && <p>{t("forget.begins", { date: next })}</p>}
        {of.status === "waiting" && next && <p>{t("forget.looks", { date: next })}</p>}
        {of.done_at && <p>{t("forget.ended", { date: moment(of.done_at) })}</p>}
      </section>
      {of.waits_for.length > 0 && (
        <section class="card">
          <h2>{t("forget.waits", { count: of.orders_going_on })}</h2>
          <ul class="rows">
            {of.waits_for.map((it) => (
              <li key={it} class="row">
                <a href={link(`/orders/${it}`)}>{it}</a>
              </li>
            ))}
          </ul>
        </section>
      )}
      {of.status === "pending" && (
        <Form
          action={action}
          submit={t("forget.back")}
          onSubmit={async () => {
            await action.run({ path: `${mine()}/erasure`, method: "DELETE", body: null });
            await readAgain(reads.erasure().key);
          }}
        />
      )}
    </>
  );
}
