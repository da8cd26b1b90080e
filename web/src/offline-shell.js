// Keeps the app's own files, so that it opens without a line. It never answers for the API, the login or storage.
const SHELL = "shell-VERSION";
const FILES = "FILES";
const base = new URL("./", self.location.href);

self.addEventListener("install", (event) => {
  const names = ["", ...FILES].map((name) => new URL(name, base).href);
  event.waitUntil(
    caches
      .open(SHELL)
      .then((cache) => cache.addAll(names))
      .then(() => self.skipWaiting()),
  );
});

self.addEventListener("activate", (event) => {
  const old = caches
    .keys()
    .then((names) => Promise.all(names.filter((it) => it !== SHELL).map((it) => caches.delete(it))));
  event.waitUntil(old.then(() => self.clients.claim()));
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== base.origin || !url.pathname.startsWith(base.pathname)) return;
  const path = url.pathname.slice(base.pathname.length);
  if (request.mode === "navigate" && !path.startsWith("_local/") && !path.startsWith("api/")) {
    event.respondWith(fetch(request).catch(() => caches.match(base.href)));
  } else if (FILES.includes(path)) {
    event.respondWith(caches.match(request).then((found) => found ?? fetch(request)));
  }
});
