// The deck: the next answers are already here, so a verdict paints the next one at once and is saved behind it.

import { paint, read } from "./cards.js";
import { closeAll } from "./drawers.js";
import { listen } from "./keys.js";
import { Saving } from "./saving.js";
import { get, post } from "./sending.js";
import * as words from "./words.js";

const byId = (id) => document.getElementById(id);
const form = byId("verdict");
const { deck, next: more, undo: undoAt, ahead: howMany } = form.dataset;
const FEW = 3; // from here on more answers are fetched
const AWAY = 10 * 60_000; // ms after which leases may have run out
const SLIP = 250; // ms in which nobody has read an answer: a verdict that soon is a slip of the finger

let current = read(); // what is on the screen; null while nothing is that could be judged
let ahead = []; // what is here, but not on the screen yet
let shownAt = performance.now();
let heardAt = performance.now();
let judgedAt = -SLIP;
let fetching = null;
let undoing = false;
let turn = 0; // counts what was put on the screen, so that a late answer does not replace a newer one
const judged = new Set(); // ids of answers that are not to come again

const saving = new Saving({
  onSaved(body) {
    words.counted(body);
    if (byId("trouble-link").hidden === false) words.trouble();
  },
  onRefused(result) {
    words.quiet();
    words.trouble({ text: result.body.detail ?? "", name: "refused" });
    if (result.status !== 422) refresh(); // what else is in the hand may have gone the same way
  },
  onSignedOut: () => words.trouble({ name: "signIn", signIn: true }),
  onState: words.saved,
});

function show(card) {
  turn += 1;
  current = card;
  ahead = ahead.filter((other) => other.id !== card.id);
  form.dataset.id = card.id;
  form.action = `${deck}${card.id}/`;
  form.reset();
  byId("note-text").value = card.note ?? "";
  noteChanged();
  closeAll();
  words.waiting("");
  paint(card);
  shownAt = performance.now();
}

/** Asks for what the person holds, topped up, and keeps what is new. Gives the ids; null offline, false if refused. */
async function fetchMore() {
  const result = await get(`${more}?ahead=${howMany}`);
  fetching = null;
  if (result?.signedOut) words.trouble({ name: "signIn", signIn: true });
  if (!result?.ok) return result && false;
  heardAt = performance.now();
  const held = new Set(result.body.cards.map((card) => card.id));
  ahead = ahead.filter((card) => held.has(card.id));
  const here = new Set([current?.id, ...ahead.map((card) => card.id)]);
  ahead.push(...result.body.cards.filter((card) => !here.has(card.id) && !judged.has(card.id)));
  return held;
}

function topUp() {
  fetching ??= fetchMore();
  return fetching;
}

/** Puts the next answer on the screen: at once if it is here, else as soon as it comes. */
async function next() {
  const mine = ++turn;
  for (let pause = 500; !ahead.length; pause = Math.min(2 * pause, 15_000)) {
    if (byId("fetching").hidden) words.waiting("coming");
    const held = await topUp();
    if (mine !== turn) return;
    words.waiting(held === null ? "offline" : "coming");
    if (ahead.length) break;
    // What is still being saved counts as held, so the server may have more to give once it is in.
    if (held && !saving.unsaved && !undoing) return location.assign(deck); // its empty page says what there is to know
    if (!held || undoing || !(await saving.settled())) await new Promise((resolve) => setTimeout(resolve, pause));
    if (mine !== turn) return;
  }
  show(ahead.shift());
  if (ahead.length < FEW) topUp();
}

function judge(fields, value) {
  if (!current || undoing) return;
  judgedAt = performance.now();
  const card = { ...current, note: byId("note-text").value };
  current = null;
  judged.add(card.id);
  byId("undo").disabled = false;
  const took = Math.min(Math.round(performance.now() - shownAt), 2 ** 31 - 1);
  document.querySelector(".deck__msgs")?.remove(); // what the server said about the first card
  words.trouble();
  words.noted(value);
  saving.add({ address: `${deck}${card.id}/`, fields: { ...fields, note: card.note, took_ms: took }, card });
  next();
}

function label(value) {
  if (performance.now() - judgedAt < SLIP) return;
  const card = current;
  judge({ value }, value);
  if (current === card) return;
  const button = document.querySelector(`.v[value=${value}]`);
  button.classList.add("is-given");
  setTimeout(() => button.classList.remove("is-given"), 180);
}

function bringBack(card) {
  if (current) ahead.unshift({ ...current, note: byId("note-text").value });
  judged.delete(card.id);
  words.trouble();
  words.quiet();
  show(card);
}

async function undo() {
  if (undoing || byId("undo").disabled) return;
  const unsent = saving.takeBack();
  if (unsent) return bringBack(unsent.card);
  undoing = true;
  if (await saving.settled()) {
    const result = await post(undoAt, {});
    if (result?.ok) {
      words.counted(result.body);
      bringBack({ ...result.body.card, note: result.body.note });
    } else {
      words.trouble({
        text: result?.body.detail,
        name: result?.signedOut ? "signIn" : result ? "refused" : "offline",
        signIn: result?.signedOut,
      });
      if (result?.status === 404) byId("undo").disabled = true;
    }
  } else {
    words.trouble({ name: "undoLater" });
  }
  undoing = false;
}

/** After a long time away: what ran out in the meantime leaves the screen and the hand. */
async function refresh() {
  const before = current;
  if (before) words.waiting("coming");
  const held = await topUp();
  if (!before || current !== before) return;
  words.waiting("");
  if (!held || held.has(before.id)) return;
  current = null;
  words.trouble({ name: "ranOut" });
  next();
}

function noteChanged() {
  byId("note-button").classList.toggle("has-note", byId("note-text").value.trim() !== "");
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  if (event.submitter?.value) return label(event.submitter.value);
  const reason = new FormData(form).get("reason");
  if (reason) judge({ reason }, "cannot_judge");
});
byId("undo-form").addEventListener("submit", (event) => {
  event.preventDefault();
  undo();
});
byId("note-text").addEventListener("input", noteChanged);
document.addEventListener("visibilitychange", () => {
  if (!document.hidden && performance.now() - heardAt > AWAY) refresh();
});

listen(
  { 1: () => label("censored"), 2: () => label("evasive"), 3: () => label("faithful"), u: undo },
  { s: "pass", n: "note", g: "guideline", "?": "keys" },
);
history.replaceState(null, "", deck); // "saved" and "show" in the address were about the first card only
noteChanged();
addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload(); // back from another page, perhaps much later
});
topUp();
