import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";
import type { Money as Amount } from "../api/schema";
import type { Action } from "../data/action";
import { t } from "../words";
import { Countdown } from "./countdown";
import { decimal, money, readAmount } from "./money";
import { Refusal } from "./states";

interface FormProps {
  action: Action;
  submit: string;
  onSubmit: () => void;
  danger?: boolean;
  /** True for a second form on a page, beside its one primary action. */
  plain?: boolean;
  ready?: boolean;
  children?: ComponentChildren;
}

/** A form with one button. It is inert while it sends, says so, and shows a refusal above what was typed. */
export function Form({ action, submit, onSubmit, danger, plain, ready = true, children }: FormProps) {
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
          class={`button wide ${danger ? "danger" : plain ? "" : "primary"}`}
          aria-disabled={action.busy || !ready}
        >
          {action.busy ? t("sending") : submit}
        </button>
        <p role="status" class="soft small">
          <Waits action={action} />
        </p>
      </div>
    </form>
  );
}

/** Says why what was sent has no answer yet, and when it is tried again. */
export function Waits({ action }: { action: Action }) {
  if (action.slowUntil) return <Countdown until={action.slowUntil} words="waits.slow" />;
  return <>{action.waits && t("waits")}</>;
}

interface FieldProps {
  label: string;
  hint?: string;
  error?: string;
  required?: boolean;
  /** Draws the input; it takes the id, and says what describes it. */
  children: (it: { id: string; described: string | undefined }) => ComponentChildren;
}

/** The label of a field, what helps to fill it in, and what is wrong with it. */
export function Field({ label, hint, error, required = true, children }: FieldProps) {
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
      {children({ id, described: described || undefined })}
    </div>
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
export function Text({ label, hint, value, onInput, most = 2000, rows = 4, required = false }: TextProps) {
  const left = most - value.length;
  return (
    <Field label={label} hint={hint} required={required}>
      {({ id, described }) => (
        <>
          <textarea
            id={id}
            rows={rows}
            maxLength={most}
            required={required}
            dir="auto"
            aria-describedby={described}
            value={value}
            onInput={(it) => onInput(it.currentTarget.value)}
          />
          {left < most / 4 && <p class="soft small">{t("left", { count: left })}</p>}
        </>
      )}
    </Field>
  );
}

interface LineProps {
  label: string;
  hint?: string;
  value: string;
  onInput: (value: string) => void;
  type?: string;
  mode?: "text" | "decimal" | "numeric" | "email" | "tel" | "search";
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
  return (
    <Field label={label} hint={hint} error={error} required={required}>
      {({ id, described }) => (
        <input
          id={id}
          type={type as "text"}
          inputMode={mode}
          maxLength={most}
          required={required}
          autoComplete={(complete ?? "off") as "off"}
          dir="auto"
          aria-invalid={error ? true : undefined}
          aria-describedby={described}
          value={value}
          onInput={(it) => onInput(it.currentTarget.value)}
        />
      )}
    </Field>
  );
}

interface SelectProps {
  label: string;
  /** Each value with its words, and the language of these where it is not the page's. */
  options: [value: string, words: string, lang?: string][];
  value: string;
  onChange: (value: string) => void;
  /** Shown, and not to be chosen, while nothing is. */
  none?: string;
}

/** A field in which one of many is chosen. */
export function Select({ label, options, value, onChange, none }: SelectProps) {
  return (
    <Field label={label}>
      {({ id }) => (
        <select id={id} required value={value} onChange={(it) => onChange(it.currentTarget.value)}>
          {none && (
            <option value="" disabled>
              {none}
            </option>
          )}
          {options.map(([name, words, lang]) => (
            <option key={name} value={name} lang={lang}>
              {words}
            </option>
          ))}
        </select>
      )}
    </Field>
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
