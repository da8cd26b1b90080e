// Brings in what has arrived without a reload: opened messages, the focus and the place on the page stay.
// Without this script the page reloads by itself and shows the same.
"use strict";

const page = document.documentElement;
page.classList.add("scripted"); // shows what only works with this script
const kept = `outbox ${page.dataset.run}`;
const seen = new Set(JSON.parse(localStorage.getItem(kept) || "[]"));
const news = document.getElementById("news");
let arrived = Number(page.dataset.arrived);

for (const key of Object.keys(localStorage)) {
  if (key.startsWith("outbox ") && key !== kept) localStorage.removeItem(key); // of a local cloud that is no more
}

function mark() {
  for (const message of document.querySelectorAll("[data-n]")) {
    message.classList.toggle("unread", !seen.has(Number(message.dataset.n)));
  }
  for (const link of document.querySelectorAll("nav a[data-last]")) {
    const last = Number(link.dataset.last);
    link.classList.toggle("unread", last > 0 && !seen.has(last) && !link.hasAttribute("aria-current"));
  }
}

function look() {
  for (const message of document.querySelectorAll("[data-n]")) seen.add(Number(message.dataset.n));
  localStorage.setItem(kept, JSON.stringify([...seen]));
}

function merge(list, fresh) {
  let next = list.firstElementChild;
  for (const item of [...fresh.children]) {
    const present = document.getElementById(item.id);
    if (present) {
      const [link, renewed] = [present, item].map((one) => one.querySelector("a[data-last]"));
      if (link) link.dataset.last = renewed.dataset.last;
      next = present.nextElementSibling;
    } else {
      list.insertBefore(document.adoptNode(item), next);
    }
  }
}

async function bringIn() {
  const reply = await fetch(location.href);
  const fresh = new DOMParser().parseFromString(await reply.text(), "text/html");
  const thread = document.getElementById("thread");
  const atEnd = thread && thread.scrollTop + thread.clientHeight >= thread.scrollHeight - 8;
  const before = document.querySelectorAll("[data-n]").length;
  for (const list of document.querySelectorAll("[data-list]")) merge(list, fresh.getElementById(list.id));
  for (const part of document.querySelectorAll("[data-live]")) part.textContent = fresh.getElementById(part.id).textContent;
  if (thread && atEnd) thread.scrollTop = thread.scrollHeight;
  const count = document.querySelectorAll("[data-n]").length - before;
  if (count) news.textContent = count === 1 ? "One new message." : `${count} new messages.`;
  arrived = Number(fresh.documentElement.dataset.arrived);
  mark();
}

async function poll() {
  try {
    const now = await (await fetch("/arrived.json")).json();
    if (now.run !== page.dataset.run) location.reload();
    else if (now.arrived !== arrived) await bringIn();
    if (page.classList.replace("stopped", "running")) news.textContent = "";
  } catch {
    page.classList.remove("running");
    page.classList.add("stopped");
    news.textContent = "The local cloud does not answer. This is what it had sent.";
  }
  setTimeout(poll, 2000);
}

document.addEventListener(
  "toggle",
  (event) => {
    const message = event.target.closest("[data-n]");
    if (!message) return;
    seen.add(Number(message.dataset.n));
    mark();
  },
  true,
);
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  await navigator.clipboard.writeText(button.previousElementSibling.textContent);
  button.textContent = "Copied";
  setTimeout(() => (button.textContent = "Copy"), 1500);
});
document.querySelector("select")?.addEventListener("change", (event) => event.target.form.submit());
addEventListener("pagehide", look);
document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && look());

const thread = document.getElementById("thread");
if (thread) thread.scrollTop = thread.scrollHeight;
document.querySelector("nav [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
mark();
poll();
