import { resumeIntents, wakeOnReconnect } from "./data/intents";
import { keepReads, restore } from "./data/query";
import { resumeUploads } from "./data/uploads";
import { zone } from "./parts/due";
import { who } from "./session";

let begun = "";

/** Takes up what this person left: what they read last, and what they sent and is not answered yet. */
export async function begin(): Promise<void> {
  const { id: person, zone: home } = who.value!;
  if (begun === person) return;
  begun = person;
  zone.value = home ?? undefined;
  await restore(person);
  keepReads(person);
  wakeOnReconnect();
  await Promise.all([resumeIntents(), resumeUploads()]);
}
