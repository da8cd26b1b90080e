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

export async function loadConfig(): Promise<Config> {
  const answer = await fetch(`${import.meta.env.BASE_URL}config.json`, { cache: "no-store" }).catch(() => null);
  const kept = localStorage.getItem("config");
  if (answer?.ok) {
    const text = await answer.text();
    localStorage.setItem("config", text);
    config = JSON.parse(text);
  } else if (kept) {
    config = JSON.parse(kept);
  } else {
    throw new Error("config.json cannot be read");
  }
  return config;
}
