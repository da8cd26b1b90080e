import { useEffect, useState } from "preact/hooks";
import { megabytes, useLimits } from "../data/limits";
import { ACCEPTED, kindOf, unfit, withoutPlace } from "../data/uploads";
import { t } from "../words";
import { Icon } from "./icon";

export interface Picked {
  id: string;
  file: Blob;
  name: string;
  /** Set once the server has it, where it was sent ahead. */
  uploadId?: string;
}

interface FilesProps {
  label: string;
  files: Picked[];
  onChange: (files: Picked[]) => void;
}

/** Chooses files or takes photos: the limits are said before, and what was refused is named, while the others are kept. */
export function Files({ label, files, onChange }: FilesProps) {
  const limits = useLimits();
  const most = (kind: string) => megabytes(limits, kind);
  const number = limits?.limits.evidence_at_most ?? 20;
  const [refused, refuse] = useState<string[]>([]);
  async function take(list: FileList | null) {
    const wrong: string[] = [];
    const taken: Picked[] = [];
    for (const file of list ?? []) {
      const why = unfit(file, most);
      if (why) wrong.push(t(`files.wrong.${why}`, { name: file.name, most: most(kindOf(file)) }));
      else if (files.length + taken.length >= number) wrong.push(t("files.many", { name: file.name, count: number }));
      else taken.push({ id: crypto.randomUUID(), file: await withoutPlace(file), name: file.name });
    }
    refuse(wrong);
    onChange([...files, ...taken]);
  }
  return (
    <div class="field">
      <label class="pick">
        <Icon name="camera" />
        <span>
          <b>{label}</b>
          <span class="soft block small">
            {limits && t("files.limits", { photo: most("image/jpeg"), video: most("video/mp4"), count: number })}
          </span>
        </span>
        <input
          type="file"
          accept={ACCEPTED}
          multiple
          onChange={(it) => {
            void take(it.currentTarget.files);
            it.currentTarget.value = "";
          }}
        />
      </label>
      <div role="alert">
        {refused.map((it) => (
          <p key={it} class="wrong">
            {it}
          </p>
        ))}
      </div>
      <PickedFiles files={files} onChange={onChange} />
    </div>
  );
}

/** The files that were picked, each with a way to leave it out again. */
export function PickedFiles({ files, onChange }: Omit<FilesProps, "label">) {
  if (files.length === 0) return null;
  return (
    <ul class="picked">
      {files.map((it) => (
        <li key={it.id}>
          <Preview file={it.file} name={it.name} />
          <button
            type="button"
            class="icon-button"
            aria-label={t("files.remove", { name: it.name })}
            onClick={() => onChange(files.filter((one) => one.id !== it.id))}
          >
            <Icon name="close" />
          </button>
        </li>
      ))}
    </ul>
  );
}

export function Preview({ file, name }: { file: Blob; name: string }) {
  const [url, show] = useState("");
  const drawn = file.type === "image/jpeg" || file.type === "image/png";
  useEffect(() => {
    if (!drawn) return;
    const made = URL.createObjectURL(file);
    show(made);
    return () => URL.revokeObjectURL(made);
  }, [file]);
  return url ? (
    <img src={url} alt={name} />
  ) : (
    <span class="file-card">
      <Icon name="file" />
      <span class="small">{name}</span>
    </span>
  );
}
