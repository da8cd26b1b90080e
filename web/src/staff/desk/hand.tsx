import { useSignal } from "@preact/signals";
import { useLocation } from "preact-iso";
import { useAction } from "../../data/action";
import { useRead } from "../../data/query";
import { Form, Line } from "../../parts/form";
import { changed } from "./acts";
import { listPage } from "./list";
import type { PaneProps } from "./pane";
import * as reads from "./reads";
import { d } from "./words";

/** Puts the case back into the queue. */
export function GiveBack({ of: file }: PaneProps) {
  const of = file.dispute;
  const { route } = useLocation();
  const action = useAction(`case/${of.id}/back`);
  async function send() {
    const path = `/disputes/${encodeURIComponent(of.id)}/assignment`;
    const done = await action.run({ path, method: "DELETE", body: {}, version: of.version });
    await changed(of.id);
    if (done) route(listPage());
  }
  return (
    <Form action={action} submit={d("act.back")} onSubmit={() => void send()}>
      <p>{d("back.what")}</p>
    </Form>
  );
}

/** Hands the case to another mediator: a lead does. */
export function HandOver({ of: file, close }: PaneProps) {
  const of = file.dispute;
  const to = useSignal("");
  const action = useAction(`case/${of.id}/hand`);
  const known = useRead(reads.workload()).data?.people ?? [];
  const free = known.filter((it) => it.mediator_id !== of.mediator_id && !file.barred?.includes(it.mediator_id));
  async function send() {
    const path = `/disputes/${encodeURIComponent(of.id)}/assignment`;
    const done = await action.run({ path, method: "PUT", body: { mediator_id: to.value }, version: of.version });
    await changed(of.id);
    if (done) close();
  }
  return (
    <Form action={action} submit={d("act.hand")} ready={to.value !== ""} onSubmit={() => void send()}>
      <Line label={d("hand.to")} value={to.value} onInput={(it) => (to.value = it.trim())} most={128} />
      <div class="parts" role="group" aria-label={d("hand.to")}>
        {free.map((it) => (
          <button
            key={it.mediator_id}
            type="button"
            class="button small"
            aria-pressed={to.value === it.mediator_id}
            onClick={() => (to.value = it.mediator_id)}
          >
            {it.mediator_id} · {d("hand.open", { count: it.open })}
          </button>
        ))}
      </div>
      {file.barred && file.barred.length > 0 && (
        <p class="soft small">{d("hand.barred", { who: file.barred.join(", ") })}</p>
      )}
    </Form>
  );
}
