import { useSignal } from "@preact/signals";
import type { WebhookDelivery, WebhookEndpoint } from "../../api/schema";
import { useAction } from "../../data/action";
import { readAgain, useRead } from "../../data/query";
import { At, said } from "../../parts/due";
import { Icon } from "../../parts/icon";
import { Shown } from "../../parts/page";
import { Refusal } from "../../parts/states";
import { who } from "../../session";
import { label, t } from "../../words";
import { Table } from "../table";
import { number } from "./parts";
import * as reads from "./reads";
import { o } from "./words";

/** The marketplace's webhook endpoints: which of them fail, what did not arrive, and posting it again. */
export function Webhooks() {
  const read = useRead({ ...reads.webhooks(), every: 60_000 });
  return (
    <section class="card" id="webhooks">
      <h2>{o("webhooks.title")}</h2>
      <Shown read={read} rows={1}>
        {(it) =>
          it.items.length === 0 ? (
            <p class="soft">{o("webhooks.none")}</p>
          ) : (
            it.items.map((one) => <Endpoint key={one.id} of={one} />)
          )
        }
      </Shown>
    </section>
  );
}

function Endpoint({ of }: { of: WebhookEndpoint }) {
  const open = useSignal(false);
  return (
    <details onToggle={(it) => (open.value = it.currentTarget.open)}>
      <summary>
        {of.failing_since && <Icon name="alert" />} {of.url}{" "}
        <span class="soft">
          {of.off_reason
            ? `${o("webhooks.off")}: ${label("OffReason", of.off_reason)}`
            : o("webhooks.failed", { count: number(of.failed_attempts) })}
        </span>
      </summary>
      {open.value && <Deliveries of={of} />}
    </details>
  );
}

function Deliveries({ of }: { of: WebhookEndpoint }) {
  const read = useRead(reads.deliveries(of.id));
  return (
    <Shown read={read} rows={2}>
      {(it) =>
        it.items.length === 0 ? (
          <p class="soft">{o("webhooks.nothing")}</p>
        ) : (
          <Table
            label={of.url}
            rows={it.items}
            keyOf={(row) => row.id}
            mark={(row) => (row.status === "failed" ? "late" : "")}
            columns={[
              { name: "event", title: o("webhooks.event"), cell: (row) => `${row.type} ${row.event}` },
              { name: "state", title: o("col.state"), cell: (row) => label("DeliveryStatus", row.status) },
              { name: "attempts", title: o("money.attempts"), number: true, cell: (row) => number(row.attempts) },
              {
                name: "heard",
                title: o("money.failure"),
                cell: (row) => row.last_error ?? row.last_status ?? "—",
              },
              { name: "at", title: o("undelivered.at"), cell: (row) => <At at={row.attempted_at ?? row.created_at} /> },
              {
                name: "again",
                title: o("webhooks.again"),
                cell: (row) => (of.enabled && row.status === "failed" ? <Again of={row} /> : "—"),
              },
            ]}
          />
        )
      }
    </Shown>
  );
}

/** Posts one delivery again, under its old id: a receiver that has it already knows it. */
function Again({ of }: { of: WebhookDelivery }) {
  const action = useAction(`redelivery/${of.id}/${of.attempts}`);
  async function post() {
    const path = `/webhook-endpoints/${of.endpoint_id}/deliveries/${of.id}/redelivery`;
    if (!(await action.run({ path, body: {} }))) return;
    said.value = o("webhooks.posted");
    await readAgain([who.value?.id, "webhooks"]);
  }
  return (
    <>
      <Refusal failure={action.failure} />
      <button type="button" class="button small" aria-disabled={action.busy} onClick={() => void post()}>
        {action.busy ? t("sending") : o("webhooks.again")}
      </button>
    </>
  );
}
