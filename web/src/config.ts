/** What a deployment tells the app: `config.json` beside it, read once, so that one build serves every stage. */
export interface Config {
  /** Where the API answers, on this origin. */
  api: string;
  /** The provider of logins (OpenID Connect). */
  login: {
    issuer: string;
    authorize: string;
    token: string;
    logout?: string;
    client_id: string;
    scope: string;
  };
  brand: { name: string; support?: string };
  languages?: string[];
  /** Only in a local cloud: its people, its clock and its outbox. Production has no such member. */
  sandbox?: { people: Person[]; outbox: string; clock: string };
}

export interface Person {
  id: string;
  role: string;
  language: string;
}

export let config: Config;

/**
 * Reads the settings, which are kept for the next visit. If `soon`, those of the visit before are enough: what a person who
 * is signed in has read before shows without a wait for the line.
 */
export async function loadConfig(soon: Promise<boolean>): Promise<Config> {
  const kept = localStorage.getItem("config");
  const asked = fetch(`${import.meta.env.BASE_URL}config.json`, { cache: "no-store" })
    .then((answer) => (answer.ok ? answer.text() : null))
    .catch(() => null);
  void asked.then((text) => text && localStorage.setItem("config", text));
  const text = ((await soon) && kept) || (await asked) || kept;
  if (!text) throw new Error("config.json cannot be read");
  config = JSON.parse(text);
  return config;
}
