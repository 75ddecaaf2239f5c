// What the deck says: how many labels, what is saved, what went wrong. The words themselves stand in the page.

const byId = (id) => document.getElementById(id);
const numbers = new Intl.NumberFormat(document.documentElement.lang);
const TOAST_FOR = 6_000; // ms; undoing stays possible by its button and key
let timer = 0;

const say = (node, name, number) => node.dataset[name].replace("%n", numbers.format(number));
const tagOf = (value) => byId(`tag-${value}`).content.firstElementChild.cloneNode(true);

export function counted({ today, total }) {
  byId("today").textContent = say(byId("today"), "words", today);
  byId("total").textContent = say(byId("total"), "words", total);
}

/** How much is not saved yet, and why; and how much never will be. */
export function saved(unsaved, { failing, durable = true, refused = 0 }) {
  const line = document.querySelector(".saved");
  const away = failing && !navigator.onLine;
  let text = "saved";
  if (unsaved) text = failing ? (!durable ? "unkept" : away ? "offline" : "waiting") : "saving";
  const words = say(line, text, unsaved);
  // A live region is read whenever it is written to, changed or not.
  if (line.querySelector("span").textContent !== words) line.querySelector("span").textContent = words;
  line.dataset.state = text === "saved" || text === "saving" ? text : "waiting";
  byId("refused-button").hidden = refused === 0;
  byId("refused-button").textContent = say(byId("refused-button"), "words", refused);
  if (byId("toast-text")) byId("toast-text").textContent = byId("toast-text").dataset[unsaved === 0 ? "saved" : "sent"];
}

/** Tells what the last verdict was, to the eye and to a screen reader. */
export function noted(value) {
  const tag = tagOf(value);
  byId("announce").textContent = byId("announce").dataset.next.replace("%l", () => tag.textContent.trim());
  byId("toast-label").replaceChildren(tag);
  byId("toast").hidden = false;
  clearTimeout(timer);
  timer = setTimeout(quiet, TOAST_FOR);
}

/** Says something politely to a screen reader alone. */
export function announce(name) {
  byId("announce").textContent = byId("announce").dataset[name];
}

/** Hides what was said of the last verdict; not while somebody is at its buttons. */
export function quiet() {
  clearTimeout(timer);
  if (byId("toast").contains(document.activeElement)) timer = setTimeout(quiet, TOAST_FOR);
  else byId("toast").hidden = true;
}

/** Says what went wrong; `name` picks a sentence of the page, `text` brings one of the server's own. */
export function trouble({ name = "", text = "", signIn = false } = {}) {
  byId("trouble-text").textContent = text || (name && byId("trouble").dataset[name]);
  byId("trouble-link").hidden = !signIn;
  byId("trouble").hidden = !name && !text;
}

/** Says that the next answer is not here yet ("coming", "offline"), or with "" that it is. */
export function waiting(why) {
  const is = why !== "";
  byId("card").ariaBusy = String(is);
  byId("card").classList.toggle("is-waiting", is);
  byId("fetching").textContent = is ? byId("fetching").dataset[why] : "";
  byId("fetching").hidden = !is;
}

/** Offers a pause ("long", "run"), or with "" takes the offer away. */
export function pause(why) {
  byId("pause-text").textContent = why && byId("pause").dataset[why];
  byId("pause").hidden = !why;
}

/** Lists what was not taken, each with the server's reason; `seen(key)` is called when the person has read one. */
export function refusals(entries, seen) {
  byId("refused-list").replaceChildren(
    ...entries.map((entry) => {
      const item = byId("refused-item").content.firstElementChild.cloneNode(true);
      const value = entry.kind === "undo" ? "" : entry.fields.value || "cannot_judge";
      item.querySelector(".refused__what").replaceChildren(value ? tagOf(value) : byId("refused-list").dataset.undo);
      const about = item.querySelector(".refused__about");
      about.textContent = entry.card?.question ?? "";
      about.lang = entry.card?.lang ?? "";
      item.querySelector(".refused__why").textContent = entry.refused.why || byId("trouble").dataset.refused;
      item.querySelector("button").onclick = () => seen(entry.key);
      return item;
    }),
  );
}
