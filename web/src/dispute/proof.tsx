import type { Dispute, EvidenceGiven, EvidenceType } from "../api/schema";
import { upload } from "../data/uploads";
import { Files } from "../parts/files";
import { Icon } from "../parts/icon";
import { Banner } from "../parts/states";
import { t } from "../words";
import { OnTheWay } from "./on-the-way";
import { me } from "./view";

/** The newest file of a type that this person has shown; an act can name it. */
export const proofOf = (of: Dispute, type: EvidenceType): EvidenceGiven | undefined =>
  of.evidence.filter((it) => it.by === me() && it.type === type && it.file).at(-1);

/** A file that has to be evidence before an act can name it: it is sent from here, and the form goes on once it is there. */
export function Proof({ of, type, why, pick }: { of: Dispute; type: EvidenceType; why: string; pick: string }) {
  if (proofOf(of, type)) {
    return (
      <p class="good proof">
        <Icon name="check" /> {t("proof.there")}
      </p>
    );
  }
  return (
    <>
      <Banner kind="info" title={why} calm />
      <OnTheWay dispute={of.id} />
      <Files
        label={pick}
        files={[]}
        onChange={(files) => {
          for (const it of files) void upload(of.id, it.file, it.name, type, "");
        }}
      />
    </>
  );
}
