import type { Failure } from "../api/failure";
import type { Carrier } from "../api/schema";
import { Line, Select } from "../parts/form";
import { label, t } from "../words";

/** In the order in which they are offered. A carrier that is missing here does not compile. */
const CARRIERS = Object.keys({
  dhl: true,
  ups: true,
  fedex: true,
  tnt: true,
  ems: true,
  china_post: true,
  hongkong_post: true,
  sf_express: true,
} satisfies Record<Carrier, true>) as Carrier[];

interface CarrierValue {
  carrier: string;
  number: string;
  name: string;
}

/** Which carrier has a parcel, and under which number; for a return any carrier will do. */
export function CarrierFields({
  value,
  onChange,
  failure,
  any,
}: {
  value: CarrierValue;
  onChange: (part: Partial<CarrierValue>) => void;
  failure: Failure | null;
  any?: boolean;
}) {
  const field = failure?.problem.errors?.find((it) => it.field.endsWith("tracking_number"));
  const wrong = failure?.code === "invalid_tracking_number" ? failure.problem.detail : field?.message;
  return (
    <>
      <Select
        label={t("carrier")}
        none={t("carrier.choose")}
        value={value.carrier}
        onChange={(carrier) => onChange({ carrier })}
        options={[
          ...CARRIERS.map((it): [string, string] => [it, label("Carrier", it)]),
          ...(any ? [["other", t("carrier.other")] as [string, string]] : []),
        ]}
      />
      {value.carrier === "other" && (
        <Line label={t("carrier.name")} value={value.name} onInput={(name) => onChange({ name })} most={60} />
      )}
      <Line
        label={t("carrier.number")}
        hint={t("carrier.hint")}
        value={value.number}
        onInput={(number) => onChange({ number })}
        most={50}
        error={wrong}
      />
    </>
  );
}
