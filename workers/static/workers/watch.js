// Keeps the page that is watched up to date: asks every two seconds for what changes, while somebody looks.
// Without this script the page stands still and has a link that loads it again.

import { patch } from "./patch.js";

const EVERY = 2000; // ms
const AT_MOST = 30000; // ms between two tries while the site is not reachable
const WITHIN = 8000; // ms

const page = document.querySelector("[data-watch]");
const asOf = page.querySelector("[data-as-of]");
const said = page.querySelector("[data-said]");
const hold = page.querySelector("[data-hold]");
const words = page.dataset;
const pattern = asOf.dataset.asOf;

let seen = asOf.dataset.seen;
let tag = "";
let timer = 0;
let asking = null;
let failed = 0;
let held = false;

const fill = (text) => text.replace("%s", seen);

function show(state) {
  page.classList.toggle("is-live", state === "live");
  page.classList.toggle("is-lost", state === "lost" || state === "out");
  page.classList.toggle("is-held", state === "held");
  asOf.textContent = state === "out" ? words.out : fill({ live: pattern, lost: words.lost, held: words.held }[state]);
}

function tell(sentence) {
  said.textContent = sentence;
}

// Only what somebody who does not look would want to know. Between asking, waiting and nothing to do an endpoint changes
// all the time; anything else is trouble that begins or ends.
const CALM = ["active", "claimed", "due"];
const states = () => new Map([...page.querySelectorAll("[data-say]")].map((one) => [one.id, { ...one.dataset }]));

function update(text) {
  const before = states();
  patch(document.getElementById("look"), new DOMParser().parseFromString(text, "text/html").getElementById("look"));
  const changed = [...states()].filter(([id, { state }]) => {
    const was = before.get(id)?.state ?? state;
    return was !== state && !(CALM.includes(was) && CALM.includes(state));
  });
  if (changed.length > 0) tell(changed.map(([, { say }]) => say).join(". "));
}

async function ask() {
  asking = new AbortController();
  const limit = setTimeout(() => asking?.abort(), WITHIN);
  try {
    const headers = tag ? { "If-None-Match": tag } : {};
    const answer = await fetch(`${location.pathname}?part`, { headers, cache: "no-store", redirect: "manual", signal: asking.signal });
    if (answer.type === "opaqueredirect" || answer.status === 403) return "out";
    if (answer.status !== 304 && !answer.ok) throw new Error(answer.statusText);
    if (answer.status !== 304) {
      update(await answer.text());
      tag = answer.headers.get("ETag") ?? "";
    }
    seen = answer.headers.get("X-As-Of") ?? seen;
    return "live";
  } finally {
    clearTimeout(limit);
    asking = null;
  }
}

async function turn() {
  timer = 0;
  if (document.hidden || held || asking) return;
  let state = "live";
  try {
    state = await ask();
    if (failed > 0) tell(words.back);
    failed = 0;
  } catch {
    if (document.hidden || held) return; // we broke it off ourselves
    state = "lost";
    failed += 1;
    if (failed === 1) tell(fill(words.lost));
  }
  show(state);
  if (state === "out") tell(words.out);
  else plan(state === "live" ? EVERY : Math.min(AT_MOST, EVERY * 2 ** (failed - 1)));
}

function plan(wait) {
  clearTimeout(timer);
  timer = document.hidden || held ? 0 : setTimeout(turn, wait);
}

document.addEventListener("visibilitychange", () => {
  if (document.hidden) asking?.abort();
  plan(0);
});
addEventListener("online", () => plan(0));
addEventListener("pageshow", (event) => event.persisted && plan(0));

const stay = hold.textContent;
hold.addEventListener("click", () => {
  held = !held;
  hold.textContent = held ? hold.dataset.goOn : stay;
  if (held) {
    asking?.abort();
    show("held");
  }
  plan(0);
});

page.querySelector("[data-reload]").hidden = true;
hold.hidden = false;
show("live");
plan(EVERY);
