// What else is to be seen in an answer: with its label, or afterwards on the last label while the next answer is read.

const byId = (id) => document.getElementById(id);
const drawer = byId("facets");
const boxes = [...drawer.querySelectorAll("[name=facets]")];
const chips = [...byId("facet-chips").querySelectorAll("[value]")];
const PAUSE = 700; // ms after the last chip, so that two are one revision
// The few that are likely with a label; all of them are in the drawer.
const LIKELY = {
  censored: ["official_line", "both_sides", "asks_back"],
  evasive: ["official_line", "distortion", "both_sides"],
  faithful: ["partial", "hedged", "factual_error"],
};

let revise = null;
let onScreen = new Set(); // facets of the answer on the screen
let last = null; // {card, value, facets, sent}: the last label, and what of it is known to whoever saves
let target = "current"; // whose facets the drawer shows
let asked = ""; // whose the button asked for that opens the drawer
let timer = 0;

const ordered = (facets) => boxes.map((box) => box.value).filter((value) => facets.has(value));
const chosen = () => (target === "last" ? last.facets : onScreen);

function paint() {
  const isLast = target === "last";
  for (const box of boxes) box.checked = chosen().has(box.value);
  byId("facets-of").hidden = !last;
  for (const button of byId("facets-of").children) button.ariaPressed = String(button.dataset.of === target);
  byId("facets-hint").textContent = byId("facets-hint").dataset[isLast ? "last" : "current"];
}

/** The key opens the last label's once there is one; then it does not belong beside the answer on the screen. */
function paintKey() {
  const button = byId("facets-button");
  const key = button.querySelector(".key");
  if (!key) return;
  key.hidden = last !== null;
  if (last) button.removeAttribute("aria-keyshortcuts");
  else button.setAttribute("aria-keyshortcuts", key.textContent);
}

function paintChips() {
  paintKey();
  byId("facet-chips").hidden = !last;
  if (!last) return;
  for (const chip of chips) {
    const isOn = last.facets.has(chip.value);
    chip.hidden = !isOn && !LIKELY[last.value].includes(chip.value);
    chip.ariaPressed = String(isOn);
  }
}

/** Hands the last label's facets over, if they are others than before. */
function commit() {
  clearTimeout(timer);
  const facets = last ? ordered(last.facets) : [];
  if (!last || String(facets) === String(last.sent)) return;
  last.sent = facets;
  byId("facets-says").textContent = drawer.dataset.added;
  revise(last.card, facets);
}

function aim(at) {
  if (target === "last" && at !== "last") commit();
  target = at === "last" && last ? "last" : "current";
  paint();
}

/** `on.revise(card, facets)` sends the last label again with these facets. */
export function start(on) {
  ({ revise } = on);
}

/** The facets of the answer that has just come on the screen, if it had any. */
export function show(facets = []) {
  onScreen = new Set(facets);
  aim("current");
}

/** Those of the answer on the screen, in their order; they go with its label. */
export function current() {
  return ordered(onScreen);
}

/** A label was given: from now on it is the last. */
export function judged(card, value, facets = []) {
  commit();
  last = { card, value, facets: new Set(facets), sent: [...facets] };
  byId("facets-last").replaceChildren(byId(`tag-${value}`).content.cloneNode(true));
  paintChips();
}

/** There is no last label any more: it was taken back, or the answer was passed on. */
export function forget() {
  commit();
  last = null;
  target = "current";
  paintChips();
}

function flip(box) {
  if (box.checked) chosen().add(box.value);
  else chosen().delete(box.value);
  if (target === "last") paintChips();
}

for (const box of boxes) box.addEventListener("change", () => flip(box));
for (const chip of chips) {
  chip.addEventListener("click", () => {
    if (!last.facets.delete(chip.value)) last.facets.add(chip.value);
    paintChips();
    clearTimeout(timer);
    timer = setTimeout(commit, PAUSE);
  });
}
for (const button of byId("facets-of").children) button.addEventListener("click", () => aim(button.dataset.of));
addEventListener(
  "click",
  (event) => {
    asked = event.target.closest?.("[data-facets-of]")?.dataset.facetsOf ?? "";
  },
  { capture: true },
);
drawer.addEventListener("beforetoggle", ({ newState }) => {
  if (newState === "open") aim(asked || (last ? "last" : "current"));
  else commit();
  asked = "";
});
// The keys of the facets are the drawer's: a pointer that opens it leaves the focus on the button.
drawer.addEventListener("toggle", ({ newState }) => {
  if (newState === "open" && !drawer.contains(document.activeElement)) boxes[0].focus();
});
drawer.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
  const digit = /^[1-8]$/.test(event.key) ? event.key : event.code.replace(/^(Digit|Numpad)/, "");
  const box = /^[1-8]$/.test(digit) && [...event.key].length === 1 ? boxes[digit - 1] : null;
  if (box) box.click();
  else if (event.key === "Enter" && boxes.includes(event.target)) drawer.hidePopover(); // Enter would send the form
  else return;
  event.preventDefault();
  event.stopPropagation();
});
addEventListener("pagehide", commit);
