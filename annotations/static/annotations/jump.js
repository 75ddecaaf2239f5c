// In a long answer, from one word of the key points to the next. They are tinted faintly, and nothing scrolls by itself.

import { place } from "./evidence.js";
import { isEveryday } from "./everyday.js";
import { draw } from "./layers.js";

const byId = (id) => document.getElementById(id);
const UNSPACED = /\p{sc=Han}|\p{sc=Hiragana}|\p{sc=Katakana}|\p{sc=Thai}|\p{sc=Lao}|\p{sc=Khmer}|\p{sc=Myanmar}/u;
const ENDING = 2; // letters by which two forms of one word may differ at their end
const EVERYWHERE = 0.04; // the share of an answer's words above which one is everywhere, and leads nowhere
const FEW = 4; // as often as this any word may stand
const button = byId("jump-show");

let positions = null;
let found = []; // {places, points}: where the words are, and of which key points
let at = -1; // the one last jumped to

/** As words are compared: without capitals, accents and vowel signs, the article of Arabic, and signs within numbers. */
function plain(word) {
  const bare = word.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().replace(/['’]s$/, "");
  if (/\p{Nd}/u.test(bare)) return bare.replace(/[^\p{L}\p{Nd}]/gu, "");
  return /^[وفبلك]?ال\p{L}{3}/u.test(bare) ? bare.replace(/^[وفبلك]?ال/u, "") : bare;
}

/** Whether a word of a key point is worth looking for. */
function tells(word, bare) {
  if (isEveryday(word.toLowerCase()) || isEveryday(bare)) return false;
  if (/^\p{Nd}+$/u.test(bare)) return bare.length >= 2;
  const letters = [...word].length; // with the article, where it is written as one with the word
  if (UNSPACED.test(word)) return letters >= 2 && !/^\p{sc=Hiragana}+$/u.test(word);
  return letters >= 4 || /\p{Nd}/u.test(bare) || (/\p{sc=Hangul}/u.test(word) && letters >= 2);
}

function isForm(one, other) {
  if (one === other) return true;
  if (/\p{Nd}/u.test(one + other)) return false;
  const [short, long] = one.length < other.length ? [one, other] : [other, one];
  return short.length >= 4 && long.length - short.length <= ENDING && long.startsWith(short);
}

/** The words of each key point. */
function wordsOf(text, lang) {
  const segments = new Intl.Segmenter(lang, { granularity: "word" }).segment(text);
  const words = [...segments].filter(({ isWordLike }) => isWordLike).map(({ segment }) => segment);
  return [...new Set(words.filter((word) => tells(word, plain(word))))];
}

/** Where a word that is written without spaces around it stands. */
function within(word) {
  const all = [];
  for (let from = positions.flat.indexOf(word); from >= 0; from = positions.flat.indexOf(word, from + word.length)) {
    all.push([from, from + word.length]);
  }
  return all;
}

function find(points, lang) {
  const pieces = positions.pieces(lang, "word").filter(({ word }) => word);
  const forms = pieces.map(({ start, end, word }) => ({ places: [start, end], bare: plain(word) }));
  const often = Math.max(FEW, pieces.length * EVERYWHERE);
  const hits = new Map(); // first place -> {places, points}
  points.forEach((point, number) => {
    for (const word of wordsOf(point.text, lang)) {
      const bare = plain(word);
      const here = UNSPACED.test(word)
        ? within(word)
        : forms.filter((form) => isForm(form.bare, bare)).map(({ places }) => places);
      if (here.length > often) continue;
      for (const places of here) {
        const known = hits.get(places[0]);
        if (!known) hits.set(places[0], { places, points: new Set([number]) });
        else {
          known.points.add(number);
          if (places[1] > known.places[1]) known.places = places;
        }
      }
    }
  });
  return [...hits.values()].sort((one, other) => one.places[0] - other.places[0]);
}

const say = (name, number, count) =>
  byId("jump").dataset[name].replace("%n", String(number)).replace("%m", String(count));

function paint() {
  const isShown = button.ariaPressed === "true" && !byId("jump").hidden;
  draw("words", isShown ? found.map(({ places }) => places) : []);
  draw("word", at < 0 || byId("jump").hidden ? [] : [found[at].places]);
  byId("jump-where").textContent = at < 0 ? say("found", found.length) : say("where", at + 1, found.length);
}

/** Only where an answer is longer than the window are there words to look for. */
function fit() {
  const isLong = document.documentElement.scrollHeight > innerHeight + 8;
  byId("jump").hidden = !found.length || !isLong;
  for (const to of document.querySelectorAll(".jump-point")) to.hidden = byId("jump").hidden;
  paint();
}

/** Brings a word into the middle of what is not under the bars. */
function reveal(places) {
  const { top, bottom } = positions.toRange(places).getBoundingClientRect();
  const from = Math.max(document.querySelector(".dtop").getBoundingClientRect().bottom, 0);
  const until = document.querySelector(".verdict-bar").getBoundingClientRect().top;
  const smooth = matchMedia("(prefers-reduced-motion: no-preference)").matches;
  scrollBy({ top: (top + bottom - from - until) / 2, behavior: smooth ? "smooth" : "instant" });
}

function jump(step, isWanted = () => true) {
  if (byId("jump").hidden) {
    byId("jump-says").textContent = byId("jump").dataset.none;
    return;
  }
  const from = at < 0 && step < 0 ? 0 : at;
  const order = found.map((_, number) => (from + step * (number + 1) + 2 * found.length) % found.length);
  at = order.find((number) => isWanted(found[number]));
  paint();
  const { places } = found[at];
  reveal(places);
  const { flat } = positions;
  const around = flat.slice(Math.max(0, places[0] - 40), places[1] + 60);
  const said = { "%n": at + 1, "%m": found.length, "%w": flat.slice(...places), "%t": around };
  byId("jump-says").textContent = byId("jump").dataset.told.replace(/%[nmwt]/g, (name) => said[name]);
}

/** A button at each key point whose words are in the answer. */
function atPoints(points) {
  for (const old of document.querySelectorAll(".jump-point")) old.remove();
  for (const list of document.querySelectorAll("[data-points]")) {
    points.forEach((_, number) => {
      const item = list.querySelector(`[data-number="${number}"]`);
      const count = found.filter((one) => one.points.has(number)).length;
      if (!item || !count) return;
      const to = document.createElement("button");
      Object.assign(to, { className: "jump-point", type: "button", textContent: say("inside", count) });
      to.ariaLabel = say("point", count);
      to.addEventListener("click", () => jump(1, (one) => one.points.has(number)));
      item.append(to);
    });
  }
}

/** Looks for the words of a card's key points. Comes after evidence.show. */
export function show(card) {
  ({ positions } = place());
  at = -1;
  found = find(card.points, card.lang);
  byId("jump-says").textContent = "";
  atPoints(card.points);
  fit();
}

export const next = () => jump(1);
export const previous = () => jump(-1);

byId("jump-on").addEventListener("click", next);
byId("jump-back").addEventListener("click", previous);
button.addEventListener("click", () => {
  button.ariaPressed = String(button.ariaPressed !== "true");
  paint();
});
addEventListener("resize", () => positions && fit());
