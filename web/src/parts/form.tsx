import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";
import type { Money as Amount } from "../api/schema";
import type { Action } from "../data/action";
import { t } from "../words";
import { decimal, money, readAmount } from "./money";
import { Refusal } from "./states";

interface FormProps {
  action: Action;
  submit: string;
  onSubmit: () => void;
  danger?: boolean;
  ready?: boolean;
  children?: ComponentChildren;
}

/** A form with one button. It is inert while it sends, says so, and shows a refusal above what was typed. */
export function Form({ action, submit, onSubmit, danger, ready = true, children }: FormProps) {
  return (
    <form
      class="form"
      onSubmit={(event) => {
        event.preventDefault();
        if (!action.busy && ready) onSubmit();
      }}
    >
      <Refusal failure={action.failure} />
      {children}
      <div class="send">
        <button
          type="submit"
          class={`button wide ${danger ? "danger" : "primary"}`}
          aria-disabled={action.busy || !ready}
        >
          {action.busy ? t("sending") : submit}
        </button>
        <p role="status" class="soft small">
          {action.waits && t("waits")}
        </p>
      </div>
    </form>
  );
}

interface TextProps {
  label: string;
  hint?: string;
  value: string;
  onInput: (value: string) => void;
  most?: number;
  rows?: number;
  required?: boolean;
}

/** A field for a longer text, with what is left of its room once it runs short. */
export function Text({ label, hint, value, onInput, most = 2000, rows = 4, required }: TextProps) {
  const id = useId();
  const left = most - value.length;
  return (
    <div class="field">
      <label for={id}>
        {label} {!required && <span class="soft">({t("optional")})</span>}
      </label>
      {hint && (
        <p class="soft small" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      <textarea
        id={id}
        rows={rows}
        maxLength={most}
        required={required}
        dir="auto"
        aria-describedby={hint ? `${id}-hint` : undefined}
        value={value}
        onInput={(it) => onInput(it.currentTarget.value)}
      />
      {left < most / 4 && <p class="soft small">{t("left", { count: left })}</p>}
    </div>
  );
}

interface LineProps {
  label: string;
  hint?: string;
  value: string;
  onInput: (value: string) => void;
  type?: string;
  mode?: "text" | "decimal" | "numeric" | "email" | "tel";
  most?: number;
  required?: boolean;
  error?: string;
  complete?: string;
}

/** A field of one line. */
export function Line({
  label,
  hint,
  value,
  onInput,
  type = "text",
  mode,
  most,
  required = true,
  error,
  complete,
}: LineProps) {
  const id = useId();
  const described = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(" ");
  return (
    <div class="field">
      <label for={id}>
        {label} {!required && <span class="soft">({t("optional")})</span>}
      </label>
      {hint && (
        <p class="soft small" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      {error && (
        <p class="wrong" id={`${id}-error`}>
          {error}
        </p>
      )}
      <input
        id={id}
        type={type as "text"}
        inputMode={mode}
        maxLength={most}
        required={required}
        autoComplete={(complete ?? "off") as "off"}
        dir="auto"
        aria-invalid={error ? true : undefined}
        aria-describedby={described || undefined}
        value={value}
        onInput={(it) => onInput(it.currentTarget.value)}
      />
    </div>
  );
}

export interface Choice {
  value: string;
  title: string;
  text?: string;
}

/** Radio buttons as large as a thumb, of which one is chosen. */
export function Choices({
  legend,
  choices,
  value,
  onChoose,
  name,
}: {
  legend: string;
  choices: Choice[];
  value: string;
  onChoose: (value: string) => void;
  name: string;
}) {
  return (
    <fieldset class="choices">
      <legend>{legend}</legend>
      {choices.map((it) => (
        <label key={it.value} class="choice">
          <input
            type="radio"
            name={name}
            value={it.value}
            checked={value === it.value}
            onChange={() => onChoose(it.value)}
          />
          <span>
            <b dir="auto">{it.title}</b>
            {it.text && <span class="soft block">{it.text}</span>}
          </span>
        </label>
      ))}
    </fieldset>
  );
}

/** A field for an amount of the currency of `most`, with parts of it one tap away. `value` is what was typed. */
export function AmountField({
  label,
  most,
  value,
  onInput,
}: {
  label: string;
  most: Amount;
  value: string;
  onInput: (value: string) => void;
}) {
  const minor = readAmount(value, most.exponent);
  const error =
    value === ""
      ? undefined
      : minor === null
        ? t("amount.wrong")
        : minor > most.minor
          ? t("amount.over", { amount: money(most) })
          : undefined;
  const part = (percent: number) => decimal(Math.round((most.minor * percent) / 100), most.exponent);
  return (
    <div class="amount">
      <Line
        label={`${label} (${most.currency})`}
        hint={t("amount.of", { amount: money(most) })}
        value={value}
        onInput={onInput}
        mode="decimal"
        error={error}
      />
      <div class="parts" role="group" aria-label={t("amount.parts")}>
        {[25, 50, 75, 100].map((percent) => (
          <button
            key={percent}
            type="button"
            class="button small"
            aria-pressed={minor !== null && minor === readAmount(part(percent), most.exponent)}
            onClick={() => onInput(part(percent))}
          >
            {percent} %
          </button>
        ))}
      </div>
    </div>
  );
}

/** Returns the amount that was typed, null while it is none that can be sent. */
export function typed(value: string, most: Amount): Amount | null {
  const minor = readAmount(value, most.exponent);
  return minor === null || minor > most.minor ? null : { ...most, minor };
}
