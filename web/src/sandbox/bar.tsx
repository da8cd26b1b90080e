import { useSignal } from "@preact/signals";
import { config } from "../config";
import { heard, known, minute, now } from "../data/clock";
import { queries } from "../data/query";
import { moment } from "../parts/due";
import { Icon } from "../parts/icon";
import { who } from "../session";
import { t } from "../words";

const STEPS = [
  ["+1 h", 3600],
  ["+1 d", 86_400],
  ["+5 d", 5 * 86_400],
] as const;

/** A local cloud's clock and outbox. It is no part of the app that a marketplace deploys: there `config.sandbox` is not set. */
export function SandboxBar() {
  minute.value;
  const moving = useSignal(false);
  const failed = useSignal("");
  const beside = useSignal(false);
  const person = who.value;
  const outbox = config.sandbox!.outbox + (person ? `/?person=${person.role}:${encodeURIComponent(person.id)}` : "");
  async function advance(seconds: number) {
    moving.value = true;
    failed.value = "";
    try {
      const answer = await fetch(config.sandbox!.clock, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ seconds: Math.ceil(seconds) }),
      });
      if (!answer.ok) throw new Error(await answer.text());
      heard((await answer.json()).now);
      await queries.invalidateQueries();
    } catch (error) {
      failed.value = String(error);
    }
    moving.value = false;
  }
  const next = () => {
    const due = [...document.querySelectorAll<HTMLTimeElement>(".due time")].map((it) => Date.parse(it.dateTime));
    return Math.min(...due.filter((it) => it > now()));
  };
  return (
    <aside class="sandbox-bar" aria-label={t("sandbox.title")}>
      <span class="sandbox-now">
        <b>{t("sandbox.title")}</b> {known.value && moment(now())}
      </span>
      {STEPS.map(([words, seconds]) => (
        <button key={words} type="button" disabled={moving.value} onClick={() => advance(seconds)}>
          {words}
        </button>
      ))}
      <button
        type="button"
        disabled={moving.value}
        onClick={() => {
          const at = next();
          if (Number.isFinite(at)) void advance((at - now()) / 1000 + 1);
          else failed.value = t("sandbox.nodue");
        }}
      >
        <Icon name="alarm" /> {t("sandbox.next")}
      </button>
      <a class="narrow-only" href={outbox} target="_blank" rel="noreferrer">
        {t("sandbox.outbox")}
      </a>
      <button
        type="button"
        class="wide-only"
        aria-expanded={beside.value}
        onClick={() => (beside.value = !beside.value)}
      >
        {t("sandbox.outbox")}
      </button>
      {beside.value && <iframe class="outbox" title={t("sandbox.outbox")} src={outbox} />}
      <span role="status" class="sandbox-said">
        {moving.value ? t("sandbox.moving") : failed.value}
      </span>
    </aside>
  );
}
