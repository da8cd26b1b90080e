import { useEffect, useRef, useState } from "preact/hooks";
import { useRoute } from "preact-iso";
import { answered, api } from "../api/client";
import type { Failure } from "../api/failure";
import * as reads from "../api/reads";
import type { FileWithLink, MessagePage, MessageRead } from "../api/schema";
import { useAction } from "../data/action";
import { attach } from "../data/attach";
import { useDraft } from "../data/drafts";
import { every, useLive } from "../data/live";
import { usePages } from "../data/pages";
import { readAgain } from "../data/query";
import { ACCEPTED, unfit, withoutPlace } from "../data/uploads";
import { day, moment, time } from "../parts/due";
import { type Picked, PickedFiles } from "../parts/files";
import { Waits } from "../parts/form";
import { Icon } from "../parts/icon";
import { LongList, More } from "../parts/long-list";
import { link, Page, Shown } from "../parts/page";
import { drawn } from "../parts/photo";
import { Empty, Refusal } from "../parts/states";
import { who } from "../session";
import { label, t } from "../words";

/** B4: the thread of an order, newest at the bottom, with a line above what is new. */
export function Messages() {
  const { params } = useRoute();
  const id = params.id!;
  const pages = usePages<MessageRead, MessagePage>({
    ...reads.messages(id),
    next: (cursor) => reads.messagesFrom(id, cursor),
    every: every(),
  });
  useLive(() => void readAgain(reads.messages(id).key), id);
  const end = useRef<HTMLDivElement>(null);
  const page = pages.first.data;
  const newest = page?.items[0]?.id;
  const unread = page?.unread ?? 0;
  useEffect(() => {
    end.current?.scrollIntoView({ block: "end" });
    // What is on the screen has been read: the server is told, so that no notice is sent about it.
    if (!newest || unread === 0 || document.visibilityState !== "visible") return;
    const params = { path: { order_id: id }, header: { "Idempotency-Key": `read-${newest}` } };
    void answered(api.POST("/orders/{order_id}/messages/read", { params, body: { up_to: newest } })).catch(() => null);
  }, [newest]);
  const thread = [...pages.items].reverse();
  return (
    <Page
      title={t(who.value!.role === "buyer" ? "order.contact.seller" : "order.contact.buyer")}
      back={`/orders/${id}`}
      backWords={t("order.to")}
    >
      <Shown read={pages.first}>
        {(it) => (
          <>
            {thread.length === 0 && (
              <Empty icon="chat" title={t("messages.none")}>
                <p>{t("messages.none.why")}</p>
              </Empty>
            )}
            <More pages={pages} words={t("messages.older")} />
            <LongList items={thread} class="thread" height={90} ordered fromEnd>
              {(one, place) => (
                <Bubble
                  key={one.id}
                  of={one}
                  before={thread[place - 1]}
                  first={place === thread.length - it.unread && it.unread > 0}
                />
              )}
            </LongList>
            {it.closes_at && (
              <p class="soft small">
                {t(it.may_write ? "messages.closes" : "messages.closed", { date: moment(it.closes_at) })}
              </p>
            )}
            {it.may_write && <Composer order={id} />}
          </>
        )}
      </Shown>
      <div ref={end} />
    </Page>
  );
}

function Bubble({ of, before, first }: { of: MessageRead; before?: MessageRead; first: boolean }) {
  const mine = of.author.id === who.value!.id;
  const another = !before || day(before.sent_at) !== day(of.sent_at);
  const began = of.dispute_id && of.dispute_id !== before?.dispute_id;
  return (
    <>
      {another && <li class="break">{day(of.sent_at)}</li>}
      {began && (
        <li class="break">
          <a href={link(`/disputes/${of.dispute_id}`)}>{t("messages.dispute")}</a>
        </li>
      )}
      {first && <li class="break new">{t("messages.new")}</li>}
      <li class={`bubble ${mine ? "mine" : ""} ${of.author.role === "mediator" ? "mediator" : ""}`}>
        {!mine && <span class="soft small">{label("Role", of.author.role)}</span>}
        <p class="words" dir="auto">
          {of.text}
        </p>
        {of.attachments.map((it) => (
          <Attachment key={it.upload_id} of={it} />
        ))}
        <time class="soft small" dateTime={of.sent_at}>
          {time(of.sent_at)}
        </time>
      </li>
    </>
  );
}

function Attachment({ of }: { of: FileWithLink }) {
  if (drawn(of)) {
    return (
      <a href={of.link.url} target="_blank" rel="noreferrer" class="attached">
        <img src={(of.thumbnail ?? of.link).url} alt={label("ContentType", of.content_type)} loading="lazy" />
      </a>
    );
  }
  return (
    <a href={of.link.url} target="_blank" rel="noreferrer" class="attached">
      <Icon name="file" /> {label("ContentType", of.content_type)}
    </a>
  );
}

const EMPTY = { text: "", files: [] as Picked[] };
const FILES_OF_A_MESSAGE = 5;

function Composer({ order }: { order: string }) {
  const action = useAction(`message/${order}`);
  const [draft, change] = useDraft(`message/${order}`, EMPTY);
  const [failed, fail] = useState<Failure | null>(null);
  const [attaching, attaches] = useState(false);
  if (!draft) return null;
  const text = draft.text.trim();
  const busy = action.busy || attaching;
  async function send() {
    fail(null);
    const attachments: string[] = [];
    try {
      attaches(true);
      for (const it of draft!.files) attachments.push(it.uploadId ?? (await attach(order, it.id, it.file)));
    } catch (error) {
      return fail(error as Failure);
    } finally {
      attaches(false);
    }
    const body = { ...(text ? { text } : {}), ...(attachments.length > 0 ? { attachments } : {}) };
    const answer = await action.run({ path: `/orders/${encodeURIComponent(order)}/messages`, body });
    if (!answer) return;
    await change(EMPTY);
    await readAgain(reads.messages(order).key);
  }
  async function pick(input: HTMLInputElement) {
    const taken: Picked[] = [];
    for (const file of input.files ?? []) {
      if (!unfit(file, () => Number.POSITIVE_INFINITY))
        taken.push({ id: crypto.randomUUID(), file: await withoutPlace(file), name: file.name });
    }
    input.value = "";
    await change({ files: [...draft!.files, ...taken].slice(0, FILES_OF_A_MESSAGE) });
  }
  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault();
        if ((text || draft.files.length > 0) && !busy) void send();
      }}
    >
      <Refusal failure={action.failure ?? failed} />
      <PickedFiles files={draft.files} onChange={(files) => void change({ files })} />
      <label class="clip" title={t("files.pick")}>
        <Icon name="camera" />
        <span class="hidden">{t("files.pick")}</span>
        <input type="file" accept={ACCEPTED} multiple onChange={(it) => void pick(it.currentTarget)} />
      </label>
      <label class="field">
        <span class="hidden">{t("messages.write")}</span>
        <textarea
          rows={2}
          maxLength={2000}
          dir="auto"
          placeholder={t("messages.write")}
          value={draft.text}
          onInput={(it) => void change({ text: it.currentTarget.value })}
        />
      </label>
      <button type="submit" class="button primary" aria-disabled={(!text && draft.files.length === 0) || busy}>
        <Icon name="send" /> <span class="send-words">{busy ? t("sending") : t("messages.send")}</span>
      </button>
      <p role="status" class="soft small">
        <Waits action={action} />
      </p>
    </form>
  );
}
