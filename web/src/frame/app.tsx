import { useSignalEffect } from "@preact/signals";
import type { ComponentType } from "preact";
import { useState } from "preact/hooks";
import { ErrorBoundary, LocationProvider, lazy, Route, Router } from "preact-iso";
import { config } from "../config";
import { Missing } from "../pages/missing";
import { Orders } from "../pages/orders";
import { SignIn } from "../pages/sign-in";
import { SignedIn } from "../pages/signed-in";
import { expired, onStaff, who } from "../session";
import { language, t } from "../words";
import { Frame } from "./frame";

/** Pages but the first are loaded when they are gone to. */
function page<M>(load: () => Promise<M>, name: keyof M & string) {
  return lazy(() => load().then((it) => it[name] as ComponentType));
}
const acts = () => import("../pages/words-acts");
const orderActs = () => import("../pages/order-acts");
const returns = () => import("../pages/returns");
const evidence = () => import("../pages/evidence");

const PAGES: [path: string, page: ComponentType][] = [
  ["", Orders],
  ["orders", Orders],
  ["orders/:id", page(() => import("../pages/order"), "Order")],
  ["orders/:id/protection", page(() => import("../pages/protection"), "Covered")],
  ["orders/:id/messages", page(() => import("../pages/messages"), "Messages")],
  ["orders/:id/dispute/new/:step?", page(() => import("../pages/open"), "Open")],
  ["orders/:id/receipt", page(orderActs, "Receipt")],
  ["orders/:id/ship", page(orderActs, "Ship")],
  ["orders/:id/later", page(orderActs, "Later")],
  ["orders/:id/extend", page(orderActs, "Extend")],
  ["disputes", page(() => import("../pages/disputes"), "Disputes")],
  ["disputes/:id", page(() => import("../pages/dispute"), "Dispute")],
  ["disputes/:id/accept/:proposal", page(() => import("../pages/accept"), "Accept")],
  ["disputes/:id/offer", page(() => import("../pages/offer"), "Offer")],
  ["disputes/:id/decline", page(acts, "Decline")],
  ["disputes/:id/escalate", page(acts, "Escalate")],
  ["disputes/:id/withdraw", page(acts, "Withdraw")],
  ["disputes/:id/withdraw-appeal", page(acts, "WithdrawAppeal")],
  ["disputes/:id/object", page(acts, "Object_")],
  ["disputes/:id/appeal", page(acts, "Appeal")],
  ["disputes/:id/decision", page(acts, "AcceptDecision")],
  ["disputes/:id/time", page(acts, "MoreTime")],
  ["disputes/:id/evidence", page(evidence, "Evidence")],
  ["disputes/:id/evidence/add", page(evidence, "AddEvidence")],
  ["disputes/:id/return", page(returns, "SendBack")],
  ["disputes/:id/returned", page(returns, "Returned")],
  ["disputes/:id/replacement", page(returns, "Replacement")],
  ["settings", page(() => import("../pages/settings"), "Settings")],
  ["settings/forget", page(() => import("../pages/forget"), "Forget")],
];
const Staff = lazy(async () => {
  const it = await import("../staff/app");
  await it.prepare();
  return it.Staff;
});
const SandboxBar = lazy(() => import("../sandbox/bar").then((it) => it.SandboxBar));

export function App() {
  const [, draw] = useState("");
  // Another language or another person is another page throughout.
  useSignalEffect(() => draw(`${language.value} ${who.value?.id} ${expired.value}`));
  const base = import.meta.env.BASE_URL;
  const at = (path: string) => base + path;
  return (
    <LocationProvider scope={base}>
      <a class="skip" href="#main">
        {t("skip")}
      </a>
      <ErrorBoundary>
        <Frame>
          {who.value && onStaff(who.value) ? (
            <Staff />
          ) : (
            <Router>
              <Route path={at("signed-in")} component={SignedIn} />
              {PAGES.map(([path, component]) => (
                <Route key={path} path={at(path)} component={who.value ? component : SignIn} />
              ))}
              <Route default component={who.value ? Missing : SignIn} />
            </Router>
          )}
        </Frame>
        {config.sandbox && <SandboxBar />}
      </ErrorBoundary>
    </LocationProvider>
  );
}
