// What the deck says: how many labels, what is saved, what went wrong. The words themselves stand in the page.

const byId = (id) => document.getElementById(id);
const numbers = new Intl.NumberFormat(document.documentElement.lang);
const TOAST_FOR = 6_000; // ms; undoing stays possible by its button and key
let timer = 0;

const say = (node, name, number) => node.dataset[name].replace("%n", numbers.format(number));

export function counted({ today, total }) {
  byId("today").textContent = say(byId("today"), "words", today);
  byId("total").textContent = say(byId("total"), "words", total);
}

export function saved(unsaved, failing) {
  const line = document.querySelector(".saved");
  const text = unsaved === 0 ? "saved" : failing ? "waiting" : "saving";
  line.querySelector("span").textContent = say(line, text, unsaved);
  line.dataset.state = text;
  byId("toast-text").textContent = say(byId("toast-text"), unsaved === 0 ? "saved" : "sent", unsaved);
}

/** Tells what the last verdict was, to the eye and to a screen reader. */
export function noted(value) {
  const tag = byId(`tag-${value}`).content.firstElementChild.cloneNode(true);
  byId("announce").textContent = `${tag.textContent.trim()}. ${byId("announce").dataset.next}`;
  byId("toast-label").replaceChildren(tag);
  byId("toast").hidden = false;
  clearTimeout(timer);
  timer = setTimeout(quiet, TOAST_FOR);
}

export function quiet() {
  byId("toast").hidden = true;
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
