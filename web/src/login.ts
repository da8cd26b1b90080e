import {
  type AuthorizationServer,
  allowInsecureRequests,
  authorizationCodeGrantRequest,
  type Client,
  calculatePKCECodeChallenge,
  clockTolerance,
  generateRandomCodeVerifier,
  generateRandomState,
  None,
  processGenericTokenEndpointResponse,
  refreshTokenGrantRequest,
  type TokenEndpointResponse,
  validateAuthResponse,
} from "oauth4webapi";
import { Failure } from "./api/failure";
import { config } from "./config";

/** The login by authorization code with PKCE. It is loaded when a token is needed, not with the first page. */
function provider(): [AuthorizationServer, Client] {
  const { issuer, authorize, token, client_id } = config.login;
  const server = { issuer, authorization_endpoint: absolute(authorize), token_endpoint: absolute(token) };
  // The ID token is not used, and a phone's clock may be wrong.
  return [server, { client_id, token_endpoint_auth_method: "none", [clockTolerance]: 86_400 }];
}

const absolute = (address: string) => new URL(address, location.origin).href;

// A local cloud speaks plain HTTP on this machine; anywhere else the library refuses it.
const options = () => (config.sandbox ? { [allowInsecureRequests]: true } : {});
const callback = () => `${location.origin}${import.meta.env.BASE_URL}signed-in`;

export interface Pending {
  verifier: string;
  state: string;
}

/** Returns the address of the login, and what has to be kept until it sends the browser back. */
export async function ask(hint?: string): Promise<[URL, Pending]> {
  const pending = { verifier: generateRandomCodeVerifier(), state: generateRandomState() };
  const address = new URL(absolute(config.login.authorize));
  const asked = {
    response_type: "code",
    client_id: config.login.client_id,
    redirect_uri: callback(),
    scope: config.login.scope,
    state: pending.state,
    code_challenge: await calculatePKCECodeChallenge(pending.verifier),
    code_challenge_method: "S256",
    ...(hint ? { login_hint: hint } : {}),
  };
  for (const [name, value] of Object.entries(asked)) address.searchParams.set(name, value);
  return [address, pending];
}

/** Exchanges the code in the page's address for tokens. Throws where it was not this app that asked. */
export async function exchange({ verifier, state }: Pending): Promise<TokenEndpointResponse> {
  const [server, client] = provider();
  const given = validateAuthResponse(server, client, new URL(location.href), state);
  const answer = await authorizationCodeGrantRequest(server, client, None(), given, callback(), verifier, options());
  return processGenericTokenEndpointResponse(server, client, answer);
}

/** Returns new tokens. Throws `Failure` 401 if the session has ended, 0 if the provider cannot be reached. */
export async function renewed(refresh: string): Promise<TokenEndpointResponse> {
  const [server, client] = provider();
  let answer: Response;
  try {
    answer = await refreshTokenGrantRequest(server, client, None(), refresh, options());
  } catch {
    throw new Failure(0);
  }
  if (answer.status >= 500) throw new Failure(0);
  if (!answer.ok) throw new Failure(401);
  return processGenericTokenEndpointResponse(server, client, answer);
}
