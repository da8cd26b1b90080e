import { useEffect, useRef, useState } from "preact/hooks";
import type { EvidenceWithLink } from "../api/schema";
import { Icon, type IconName } from "../parts/icon";
import { label, t } from "../words";

interface ViewerProps {
  photos: EvidenceWithLink[];
  /** The id of the photo that is shown; none while the viewer is closed. */
  show?: string;
  onShow: (id: string) => void;
  onClose: () => void;
  /** Called where a photo could not be drawn, so that its link can be renewed. */
  onBroken: () => void;
}

const CLOSEST = 4;

/** Photos over the whole screen, one at a time: larger, turned, saved, and with the arrow keys the next one. */
export function Viewer({ photos, show, onShow, onClose, onBroken }: ViewerProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [turned, turn] = useState(0);
  const [zoom, scale] = useState(1);
  const at = photos.findIndex((it) => it.id === show);
  const photo = photos[at];
  useEffect(() => {
    turn(0);
    scale(1);
    if (photo && !dialog.current?.open) dialog.current?.showModal();
  }, [show, photo === undefined]);
  const step = (by: number) => photos[at + by] && onShow(photos[at + by]!.id);
  const larger = () => scale((it) => (it >= CLOSEST ? 1 : it * 2));
  const keys: Record<string, () => unknown> = {
    ArrowRight: () => step(1),
    ArrowLeft: () => step(-1),
    r: () => turn((it) => (it + 90) % 360),
    "+": larger,
    "-": () => scale((it) => Math.max(1, it / 2)),
  };
  const button = (icon: IconName, words: string, press: () => void, disabled = false) => (
    <button type="button" class="icon-button" aria-label={words} aria-disabled={disabled} onClick={press}>
      <Icon name={icon} />
    </button>
  );
  return (
    <dialog
      class="viewer"
      ref={dialog}
      aria-label={t("evidence.title")}
      onClose={onClose}
      onKeyDown={(it) => !it.ctrlKey && !it.metaKey && !it.altKey && keys[it.key]?.()}
    >
      {photo && (
        <>
          <div class="viewer-room">
            <div class="viewer-paper" data-turned={turned % 180 === 90 ? "" : undefined} data-zoom={zoom}>
              <img
                key={photo.id}
                src={photo.link!.url}
                alt={photo.note || label("EvidenceType", photo.type)}
                data-degrees={turned}
                onError={onBroken}
              />
            </div>
          </div>
          <div class="viewer-bar">
            {button("back", t("evidence.before"), () => step(-1), at === 0)}
            <span>
              {at + 1} / {photos.length}
            </span>
            {button("next", t("evidence.after"), () => step(1), at === photos.length - 1)}
            {button("turn", t("evidence.turn"), keys.r!)}
            {button("zoom", t("evidence.zoom"), larger)}
            <a
              class="icon-button"
              href={photo.link!.url}
              download=""
              target="_blank"
              rel="noreferrer"
              aria-label={t("evidence.keep")}
            >
              <Icon name="save" />
            </a>
            {button("close", t("close"), () => dialog.current?.close())}
          </div>
        </>
      )}
    </dialog>
  );
}
