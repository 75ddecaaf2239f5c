// The deck: the next answers are already here, so a verdict paints the next one at once and is saved behind it.

import { paint, read } from "./cards.js";
import { anyOpen, closeAll } from "./drawers.js";
import * as evidence from "./evidence.js";
import * as facets from "./facets.js";
import * as jump from "./jump.js";
import { listen } from "./keys.js";
import * as pause from "./pause.js";
import { Queue } from "./queue.js";
import { keepLeases } from "./renewing.js";
import * as reporting from "./reporting.js";
import { Saving } from "./saving.js";
import { get, post } from "./sending.js";
import { swipe } from "./swipe.js";
import { Verdicts } from "./verdicts.js";
import * as words from "./words.js";

const byId = (id) => document.getElementById(id);
const form = byId("verdict");
const { deck, next: more, undo: undoAt, renew, history: lastTen, ahead: howMany } = form.dataset;
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

const queue = new Queue(form.dataset.person);
const saving = new Saving(queue, deck, {
  onSaved(body, entry) {
    if (entry.kind === "undo" || body.today !== undefined) words.counted(body);
    if (body.cards) take(body);
    if (byId("trouble-link").hidden === false) words.trouble();
  },
  onRefused(result, entry) {
    words.quiet();
    words.trouble({ text: result.body.detail ?? "", name: "refused" });
    if (result.status === 422) verdicts.judged.delete(entry.id); // it is still in the hand, and comes again
    refresh(); // what else is in the hand may have gone the same way
  },
  onSignedOut: signedOut,
  onState: tell,
  more: () => ({ ahead: howMany, have: ahead.map((card) => card.id).concat(current?.id ?? []).join(",") }),
});
const verdicts = new Verdicts(saving, queue);

function tell() {
  const refused = queue.refused();
  words.saved(saving.unsaved, { failing: saving.failing, durable: queue.durable, refused: refused.length });
  words.refusals(refused, (key) => {
    queue.remove(key);
    tell();
    if (!queue.refused().length) closeAll();
  });
}

function signedOut(result) {
  words.trouble({ name: result.body.code === "other_person" ? "otherPerson" : "signIn", signIn: true });
}

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
  dress(card);
  shownAt = performance.now();
}

/** What stands around the card once it is painted. */
function dress(card) {
  evidence.show(card, card.evidence ?? []);
  facets.show(card.facets ?? []);
  jump.show(card);
  reporting.about(card, deck);
}

/** Keeps what is new of what the server says the person holds, and lets go of what they do no longer. */
function take(body) {
  heardAt = performance.now();
  const held = new Set(body.held);
  ahead = ahead.filter((card) => (held.has(card.id) || card.again) && !verdicts.judged.has(card.id));
  const here = new Set([current?.id, ...ahead.map((card) => card.id)]);
  ahead.push(...body.cards.filter((card) => !here.has(card.id) && !verdicts.judged.has(card.id)));
  return held;
}

/** Asks for what the person holds, topped up. Gives the ids; null offline, false if refused. */
async function fetchMore() {
  const result = await get(`${more}?ahead=${howMany}`);
  fetching = null;
  if (result?.signedOut) signedOut(result);
  return result?.ok ? take(result.body) : result && false;
}

function topUp() {
  fetching ??= fetchMore();
  return fetching;
}

/** Puts the next answer on the screen: at once if it is here, else as soon as it comes. */
async function next() {
  const mine = ++turn;
  for (let wait = 500; !ahead.length; wait = Math.min(2 * wait, 15_000)) {
    if (byId("fetching").hidden) words.waiting("coming");
    // What is being saved brings the next ones; and it counts as held, so there may be more once it is in.
    const saved = await saving.settled();
    if (mine !== turn) return;
    if (ahead.length) break;
    const held = await topUp();
    if (mine !== turn) return;
    words.waiting(held === null ? "offline" : "coming");
    if (ahead.length) break;
    if (held && saved && !saving.unsaved && !undoing) return location.assign(deck); // it says what there is to know
    await new Promise((resolve) => setTimeout(resolve, wait));
    if (mine !== turn) return;
  }
  show(ahead.shift());
}

function judge(fields, value) {
  if (!current || undoing) return;
  judgedAt = performance.now();
  const card = current;
  current = null;
  byId("undo").disabled = false;
  const took = Math.min(Math.round(performance.now() - shownAt), 2 ** 31 - 1);
  const given = { ...fields, note: byId("note-text").value, took_ms: took };
  if (fields.value) {
    const spans = evidence.spans();
    if (spans.length) given.evidence = JSON.stringify(spans);
    given.facets = facets.current();
  }
  document.querySelector(".deck__msgs")?.remove(); // what the server said about the first card
  words.trouble();
  words.noted(value);
  words.pause(pause.judged(value));
  verdicts.give(card, value, given);
  if (fields.value) facets.judged(card, value, given.facets);
  else facets.forget();
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
  const unfinished = { note: byId("note-text").value, facets: facets.current(), evidence: evidence.spans() };
  if (current) ahead.unshift({ ...current, ...unfinished });
  words.trouble();
  words.quiet();
  words.announce("back");
  facets.forget();
  show(card);
}

/** Takes the last verdict back: of this page at once, of an earlier visit as soon as the server has said which. */
async function undo() {
  if (undoing || byId("undo").disabled) return;
  const card = verdicts.undo();
  if (card) {
    pause.undone();
    return bringBack(card);
  }
  undoing = true;
  const saved = await saving.settled();
  const result = saved ? await post(undoAt, {}) : null;
  undoing = false;
  if (result?.ok) {
    words.counted(result.body);
    verdicts.judged.delete(result.body.card.id);
    bringBack({ ...result.body.card, again: true });
  } else if (result?.signedOut) {
    signedOut(result);
  } else {
    words.trouble({ text: result?.body.detail, name: result ? "refused" : "offline" });
    if (result?.status === 404) byId("undo").disabled = true;
  }
}

/** After a long time away, or a refusal: what ran out in the meantime leaves the screen and the hand. */
async function refresh() {
  const before = current;
  const held = await topUp();
  if (!before || current !== before || !held || held.has(before.id) || before.again) return;
  leave("ranOut");
}

/** The card on the screen is no longer to be judged here; the next one comes, and a sentence says why. */
function leave(why) {
  current = null;
  words.trouble({ name: why });
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
byId("pause-close").addEventListener("click", () => {
  words.pause("");
  byId("question").focus({ preventScroll: true });
});
document.addEventListener("visibilitychange", () => {
  if (!document.hidden && performance.now() - heardAt > AWAY) refresh();
});
queue.watch((entry) => {
  if (entry) verdicts.heard(entry);
  tell();
  ahead = ahead.filter((card) => !verdicts.judged.has(card.id));
  if (current && verdicts.judged.has(current.id)) leave("elsewhere");
});

listen(
  {
    censored: () => label("censored"),
    evasive: () => label("evasive"),
    faithful: () => label("faithful"),
    undo,
    history: () => location.assign(lastTen),
    evidence: evidence.toggle,
    jump: jump.next,
    jump_back: jump.previous,
  },
  { pass: "pass", note: "note", facets: "facets", guideline: "guideline", report: "report", keys: "keys" },
);
facets.start({ revise: (card, chosen) => verdicts.revise(card, { facets: chosen }) });
reporting.reporting({
  current: () => current,
  reported(card) {
    verdicts.judged.add(card.id);
    if (current === card) leave("reported");
  },
});
keepLeases(renew, (ids) => (ahead = ahead.filter((card) => ids.has(card.id) || card.again)));
if (JSON.parse(form.dataset.keys).swipe !== "") {
  const may = () => current !== null && !anyOpen() && !evidence.marking();
  swipe(document.querySelector(".answer"), byId("swipe-hint"), { may, give: label });
  byId("swipe-help").hidden = false;
}
history.replaceState(null, "", deck); // "saved" and "show" in the address were about the first card only
addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload(); // back from another page, perhaps much later
});
noteChanged();
dress(current);
if (verdicts.judged.has(current.id)) {
  current = null; // given on an earlier visit, and not saved yet
  next();
} else {
  topUp();
}
saving.start();
