import type { ComponentChildren } from "preact";
import { useLocation, useRoute } from "preact-iso";
import * as reads from "../api/reads";
import type { Dispute } from "../api/schema";
import { type Action, useAction } from "../data/action";
import { every, useLive } from "../data/live";
import { queries, readAgain, useRead } from "../data/query";
import { link, Page, Shown } from "../parts/page";
import { Empty } from "../parts/states";
import { who } from "../session";
import { t } from "../words";
import { may } from "./view";

interface Act extends Action {
  /** Sends; if it was done, goes back to the dispute and says `done`. */
  go(path: string, body: unknown, done: string, version?: number): Promise<boolean>;
}

/** One thing that can be done in a dispute. */
export function useAct(of: Dispute, name: string): Act {
  const { route } = useLocation();
  const action = useAction(`dispute/${of.id}/${name}`, async (answer) => {
    await changed(of, answer);
    route(link(`/disputes/${of.id}`), true);
  });
  return {
    ...action,
    async go(path, body, done, version) {
      const answer = await action.run({ path: `/disputes/${encodeURIComponent(of.id)}${path}`, body, version });
      await changed(of, answer);
      if (answer) route(link(`/disputes/${of.id}?done=${done}`), true);
      return answer !== null;
    },
  };
}

/** Takes in the dispute that was answered, and reads again what it changes. */
export async function changed(of: Dispute, answer: Record<string, unknown> | null): Promise<void> {
  const { key } = reads.dispute(of.id);
  if (answer?.id === of.id) queries.setQueryData(key, answer);
  const mine = who.value!.id;
  await Promise.all([
    readAgain(key),
    ...["order", "orders", "disputes", "evidence", "protection"].map((it) => readAgain([mine, it])),
  ]);
}

interface ActPageProps {
  title: string;
  /** What has to be allowed for the form to make sense. */
  needs?: string;
  children: (of: Dispute) => ComponentChildren;
}

/** The page of one act. Where it cannot be done any more, it says so and shows the way to how things stand. */
export function ActPage({ title, needs, children }: ActPageProps) {
  const { params } = useRoute();
  const read = useRead({ ...reads.dispute(params.id!), every: every() });
  useLive(() => void readAgain(reads.dispute(params.id!).key), read.data?.order_id);
  return (
    <Page title={title} back={`/disputes/${params.id}`} backWords={t("dispute.to")}>
      <Shown read={read}>
        {(of) =>
          needs && !may(of, needs) ? (
            <Empty icon="info" title={t("act.over")}>
              <p>{t("act.over.why")}</p>
              <a class="button primary" href={link(`/disputes/${of.id}`)}>
                {t("dispute.to")}
              </a>
            </Empty>
          ) : (
            children(of)
          )
        }
      </Shown>
    </Page>
  );
}
