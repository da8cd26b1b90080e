import { useState } from "preact/hooks";
import type { Dispute } from "../api/schema";
import { now } from "../data/clock";
import { useDraft } from "../data/drafts";
import { ActPage, useAct } from "../dispute/act";
import { allowed, me, offer, other } from "../dispute/view";
import { day, moment } from "../parts/due";
import { Choices, Form, Text } from "../parts/form";
import { link } from "../parts/page";
import { type Key, t } from "../words";
import { Side } from "./dispute";

interface WordsAct {
  name: string;
  needs: string;
  path: string;
  /** The name of the text in the request. */
  field: string;
  required?: boolean;
  danger?: boolean;
  body?: (of: Dispute) => object;
}

/** Acts whose form is a text and a button: what it does is said first, and it is asked once. */
function wordsAct({ name, needs, path, field, required, danger, body }: WordsAct) {
  function Body({ of }: { of: Dispute }) {
    const act = useAct(of, name);
    const [draft, change] = useDraft(`${name}/${of.id}`, { words: "" });
    const about = name === "decline" ? offer(of) : null;
    if (!draft) return null;
    return (
      <>
        {about && (
          <Side
            reason={of.claim.reason}
            title={t(
              about.by === "mediator"
                ? "sides.mediator"
                : about.by === "buyer"
                  ? "sides.buyer.asks"
                  : "sides.seller.offers",
            )}
            of={about}
          />
        )}
        <p>{t(`${name}.what.${me()}` as Key)}</p>
        <Form
          action={act}
          submit={t(`${name}.do` as Key)}
          danger={danger}
          ready={!required || draft.words.trim() !== ""}
          onSubmit={() => {
            const text = draft.words.trim();
            const sent = { ...(field && (text || required) ? { [field]: text } : {}), ...body?.(of) };
            void act.go(path, sent, name).then(async (done) => {
              if (done) await change({ words: "" });
            });
          }}
        >
          {field && (
            <Text
              label={t(`${name}.words` as Key)}
              value={draft.words}
              onInput={(words) => void change({ words })}
              required={required}
            />
          )}
        </Form>
        <a class="button quiet wide" href={link(`/disputes/${of.id}`)}>
          {t("cancel")}
        </a>
      </>
    );
  }
  return () => (
    <ActPage title={t(`act.${name}` as Key)} needs={needs}>
      {(of) => <Body of={of} />}
    </ActPage>
  );
}

export const Decline = wordsAct({
  name: "decline",
  needs: "decline",
  path: "/decline",
  field: "note",
  body: (of) => (of.current_proposal ? { proposal_id: of.current_proposal.id } : {}),
});
export const Escalate = wordsAct({ name: "escalate", needs: "escalate", path: "/escalate", field: "note" });
export const Withdraw = wordsAct({ name: "withdraw", needs: "withdraw", path: "/withdraw", field: "", danger: true });
export const WithdrawAppeal = wordsAct({
  name: "withdraw.appeal",
  needs: "withdraw_appeal",
  path: "/appeal/withdraw",
  field: "",
  danger: true,
});
export const Object_ = wordsAct({
  name: "object",
  needs: "object_to_delivery",
  path: "/delivery-objection",
  field: "statement",
  required: true,
});
export const Appeal = wordsAct({
  name: "appeal",
  needs: "appeal",
  path: "/appeal",
  field: "note",
  required: true,
  body: () => ({ type: "statement" }),
});
export const AcceptDecision = wordsAct({
  name: "decision",
  needs: "accept_decision",
  path: "/decision/accept",
  field: "",
});

const A_DAY = 86_400_000;

/** B11: give the other side more time: later only, and what was given stands. */
export function MoreTime() {
  return (
    <ActPage title={t("act.time")} needs="grant_time">
      {(of) => <TimeBody of={of} />}
    </ActPage>
  );
}

function TimeBody({ of }: { of: Dispute }) {
  const act = useAct(of, "time");
  const [days, choose] = useState("3");
  const latest = allowed(of, "grant_time")?.options?.latest;
  const from = Math.max(Date.parse(of.deadline ?? ""), now());
  const until = (count: string) => new Date(from + Number(count) * A_DAY).toISOString().replace(/\.\d+Z$/, "Z");
  return (
    <>
      <p>{latest && t("time.latest", { date: moment(latest) })}</p>
      <p>{t("time.what", { who: t(`party.${other(me())}` as Key), date: moment(from) })}</p>
      <Form
        action={act}
        submit={t("time.do", { date: day(until(days)) })}
        onSubmit={() => void act.go("/extensions", { until: until(days) }, "time")}
      >
        <Choices
          legend={t("time.much")}
          name="days"
          value={days}
          onChoose={choose}
          choices={["1", "3", "7"]
            .filter((it) => !latest || until(it) <= latest)
            .map((it) => ({
              value: it,
              title: t("due.more", { count: Number(it) }),
              text: moment(until(it)),
            }))}
        />
      </Form>
    </>
  );
}
