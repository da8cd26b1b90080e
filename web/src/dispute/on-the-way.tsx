import { dismiss, uploads } from "../data/uploads";
import { Preview } from "../parts/files";
import { Icon } from "../parts/icon";
import { t } from "../words";

/** The files of a dispute that are still on their way, and why one was refused. */
export function OnTheWay({ dispute }: { dispute: string }) {
  const mine = uploads.value.filter((it) => it.dispute === dispute);
  if (mine.length === 0) return null;
  const going = mine.filter((it) => it.state !== "refused");
  return (
    <div class="on-the-way" role="status">
      {going.length > 0 && (
        <p>
          <Icon name="send" /> {t("files.going", { count: going.length })}
        </p>
      )}
      <ul class="picked">
        {mine.map((it) => (
          <li key={it.key}>
            <Preview file={it.file} name={it.name} />
            {it.state === "refused" && (
              <>
                <p class="wrong" dir="auto">
                  {t("files.refused", { name: it.name })} {it.reason}
                </p>
                <button
                  type="button"
                  class="icon-button"
                  aria-label={t("files.remove", { name: it.name })}
                  onClick={() => void dismiss(it)}
                >
                  <Icon name="close" />
                </button>
              </>
            )}
          </li>
        ))}
      </ul>
    </div>
  );
}
