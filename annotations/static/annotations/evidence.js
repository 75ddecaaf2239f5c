// Marking the sentence that shows it: with keys from sentence to sentence, by selecting text, or by a tap on a sentence.

import { begin, draw } from "./layers.js";
import { Positions } from "./positions.js";

const byId = (id) => document.getElementById(id);
const AT_MOST = 10;
const root = byId("answer-text");
const bar = byId("marking");
const says = byId("marking-says");

let positions = null;
let lang = "";
let sentences = [];
let marks = []; // places, in order and apart
let here = -1; // the sentence one is at while marking; -1 while not
let pressed = null; // what was selected at the moment a button was pressed: a press may take the selection away

const say = (name, number, count) =>
  byId("marking").dataset[name].replace("%n", String(number ?? "")).replace("%m", String(count ?? ""));

function textOf([start, end]) {
  return positions.flat.slice(start, end);
}

function isMarked([start, end]) {
  return marks.some(([first, last]) => first <= start && end <= last);
}

/** In order, and one where they overlap or touch. */
function merged(all) {
  const apart = [];
  for (const [start, end] of [...all].sort((a, b) => a[0] - b[0])) {
    const last = apart.at(-1);
    if (last && start <= last[1]) last[1] = Math.max(last[1], end);
    else apart.push([start, end]);
  }
  return apart;
}

/** Marks a passage; takes it out of the marks where it is marked already. Says what became of it. */
function flip(places) {
  const [start, end] = places;
  const off = isMarked(places);
  const next = off
    ? marks.flatMap(([first, last]) =>
        last <= start || end <= first ? [[first, last]] : [[first, Math.min(last, start)], [Math.max(first, end), last]],
      )
    : merged([...marks, places]);
  const kept = next.flatMap((one) => (one[1] > one[0] && positions.trimmed(one) ? [positions.trimmed(one)] : []));
  if (kept.length > AT_MOST) {
    says.textContent = say("full");
    byId("marking-where").textContent = says.textContent;
    return;
  }
  marks = kept;
  says.textContent = `${say(off ? "unmarked" : "marked")} ${textOf(places)}`;
  paint();
}

function remove(places) {
  marks = marks.filter((one) => one !== places);
  says.textContent = `${say("unmarked")} ${textOf(places)}`;
  paint();
  (byId("marked").querySelector("button") ?? byId("mark-button")).focus();
}

function listed(places) {
  const item = byId("marked-item").content.firstElementChild.cloneNode(true);
  const quote = item.querySelector("q");
  quote.textContent = textOf(places);
  quote.lang = lang;
  const button = item.querySelector("button");
  button.addEventListener("click", () => remove(places));
  return item;
}

function paint() {
  const at = here < 0 ? null : sentences[here];
  draw("evidence", marks);
  draw("here", at && !isMarked(at) ? [at] : []);
  draw("here-marked", at && isMarked(at) ? [at] : []);
  byId("marked-list").replaceChildren(...marks.map(listed));
  byId("marked").hidden = !marks.length;
  const button = byId("mark-button");
  if (marks.length) button.dataset.has = String(marks.length);
  else delete button.dataset.has;
  button.ariaPressed = String(here >= 0);
  bar.hidden = here < 0;
  root.classList.toggle("is-marking", here >= 0);
  if (!at) return;
  byId("marking-where").textContent = say("where", here + 1, sentences.length);
  byId("marking-flip").querySelector("span").textContent = say(isMarked(at) ? "unmark" : "mark");
}

function box(places) {
  return positions.toRange(places).getBoundingClientRect();
}

/** What of the window is not under the bars. */
function visible() {
  return [document.querySelector(".dtop").getBoundingClientRect().bottom, bar.getBoundingClientRect().top || innerHeight];
}

function go(to) {
  here = Math.max(0, Math.min(sentences.length - 1, to));
  paint();
  const [top, bottom] = visible();
  const { top: from, bottom: until } = box(sentences[here]);
  if (from < top + 8 || until > bottom - 8) scrollBy({ top: from - top - (bottom - top) / 4 });
  const state = isMarked(sentences[here]) ? say("is") : "";
  says.textContent = `${say("where", here + 1, sentences.length)} ${state} ${textOf(sentences[here])}`;
}

function enter() {
  if (!sentences.length) return;
  here = 0;
  paint(); // the bar is there now, so that one sees how far the eye reaches
  const [top] = visible();
  const first = sentences.findIndex((one) => box(one).top >= top - 4);
  go(first < 0 ? sentences.length - 1 : first);
  byId("marking-flip").focus({ preventScroll: true });
  says.textContent = `${say("help")} ${says.textContent}`;
}

function leave() {
  const inside = bar.contains(document.activeElement);
  here = -1;
  paint();
  says.textContent = say("left", marks.length);
  if (inside) byId("mark-button").focus({ preventScroll: true });
}

/** What is selected in the answer, in places; null where nothing is. */
function selected() {
  const selection = getSelection();
  const range = selection.rangeCount && !selection.isCollapsed ? selection.getRangeAt(0) : null;
  return range?.intersectsNode(root) ? positions.fromRange(range) : null;
}

/** Marks what is selected, if anything is. */
function flipSelected(places) {
  if (!places) return false;
  getSelection().removeAllRanges();
  flip(places);
  return true;
}

/** Shows a card's marks; `spans` count code points in its text. Comes after every painting of a card. */
export function show(card, spans = []) {
  ({ lang } = card);
  positions = new Positions(root, card.text);
  sentences = positions.sentences(lang);
  marks = merged(spans.map((span) => positions.toPlaces(span)));
  here = -1;
  pressed = null;
  says.textContent = "";
  begin(positions);
  paint();
}

/** The marks as code points of the card's text: [[start, end], …], in order and apart. */
export function spans() {
  return marks.map((places) => positions.toSpan(places));
}

/** Marks what is selected; else begins marking by sentence, or ends it. */
export function toggle() {
  const places = pressed ?? selected();
  pressed = null;
  if (flipSelected(places)) return;
  if (here < 0) enter();
  else leave();
}

export function marking() {
  return here >= 0;
}

/** Where the answer is, for who looks for words in it. */
export function place() {
  return { positions, lang };
}

function flipHere() {
  const places = pressed ?? selected();
  pressed = null;
  if (flipSelected(places)) return;
  flip(sentences[here]);
}

for (const button of [byId("mark-button"), byId("marking-flip")]) {
  button.addEventListener("pointerdown", () => {
    pressed = selected();
  });
}
byId("mark-button").addEventListener("click", toggle);
byId("marking-flip").addEventListener("click", flipHere);
byId("marking-back").addEventListener("click", () => go(here - 1));
byId("marking-on").addEventListener("click", () => go(here + 1));
byId("marking-done").addEventListener("click", leave);

root.addEventListener("click", (event) => {
  if (here < 0 || !getSelection().isCollapsed) return;
  const point = document.caretPositionFromPoint?.(event.clientX, event.clientY);
  const range = point ? null : document.caretRangeFromPoint(event.clientX, event.clientY);
  const at = positions.placeOf(point?.offsetNode ?? range.startContainer, point?.offset ?? range.startOffset, false);
  const number = sentences.findIndex(([start, end]) => start <= at && at <= end);
  if (number < 0) return;
  here = number;
  flip(sentences[number]);
});

function stepOf({ key, shiftKey }) {
  const forth = sentences.length && root.children[0].matches(":dir(rtl)") ? "ArrowLeft" : "ArrowRight";
  if (key === "Tab") return shiftKey ? -1 : 1;
  if (key === "ArrowDown" || key === forth) return 1;
  return key.startsWith("Arrow") ? -1 : 0;
}

addEventListener(
  "keydown",
  (event) => {
    if (here < 0 || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (document.querySelector(".drawer:popover-open")) return;
    const { key } = event;
    if (["Tab", "ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight"].includes(key)) go(here + stepOf(event));
    else if (key === "Home") go(0);
    else if (key === "End") go(sentences.length - 1);
    else if (key === "Escape") leave();
    else if ((key === "Enter" || key === " ") && !event.repeat && !bar.contains(event.target)) flipHere();
    else if ((key === "Enter" || key === " ") && event.target === byId("marking-flip") && !event.repeat) flipHere();
    else return;
    event.preventDefault();
    event.stopPropagation();
  },
  { capture: true },
);
