import type { CarrierRecordSeen } from "../api/schema";

/** What happened and where in a carrier's own words, which are in whatever language the carrier writes. */
export function CarrierWords({ of }: { of: CarrierRecordSeen }) {
  const words = [of.description, of.place].filter(Boolean).join(" · ");
  return words === "" ? null : <bdi class="soft small block">{words}</bdi>;
}
