import { onlineManager } from "@tanstack/query-core";
import { render } from "preact";
import { connect } from "./api/client";
import { loadConfig } from "./config";
import { startTicking } from "./data/clock";
import { queries } from "./data/query";
import { App } from "./frame/app";
import { keepPlace } from "./frame/place";
import { resume, tokens, who } from "./session";
import { begin } from "./start";
import { speak, spoken } from "./words";

async function start(): Promise<void> {
  const resumed = resume();
  const settings = loadConfig(resumed);
  const signedIn = await resumed;
  const words = speak(spoken(who.value?.language));
  const config = await settings;
  connect(tokens);
  if (signedIn) await begin();
  await words;
  startTicking();
  keepPlace();
  // Reads again when the line or the person comes back. A page that is opened offline has to be told so.
  onlineManager.setOnline(navigator.onLine);
  queries.mount();
  document.documentElement.dataset.stage = config.sandbox ? "sandbox" : "live";
  render(<App />, document.getElementById("app")!);
  if (import.meta.env.PROD && "serviceWorker" in navigator) {
    void navigator.serviceWorker.register(`${import.meta.env.BASE_URL}offline-shell.js`);
  }
}

start().catch((error) => {
  document.getElementById("app")!.textContent = `This app cannot start: ${error.message}`;
});
