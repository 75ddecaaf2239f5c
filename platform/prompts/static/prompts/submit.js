// The form for a prompt, made faster: it counts characters, looks for near ones while one writes, and adds rows at once.
// Without this script the server does all three.

const PAUSE = 500; // ms without a key before near ones are looked for
const form = document.querySelector("[data-submission]");
const text = form.querySelector("[data-text]");
const language = form.querySelector("[data-language]");

// As the server counts: code points, with nothing at the ends.
const length = () => [...text.value.trim().normalize("NFC")].length;

const counter = form.querySelector("[data-count]");
function count() {
  counter.textContent = counter.dataset.count.replace("%n", length()).replace("%m", counter.dataset.most);
}

const live = form.querySelector("[data-live]");
const pattern = form.querySelector("[data-near-row]");
let timer;
let asking;

function entry(found, translatable) {
  const item = pattern.content.firstElementChild.cloneNode(true);
  const part = (name) => item.querySelector(`[data-near="${name}"]`);
  part("link").href = found.url;
  part("text").textContent = found.text;
  part("text").lang = found.language;
  part("language").textContent = found.language_name;
  part("language").lang = found.language;
  part("alike").textContent = found.alike;
  if (translatable) part("button").value = found.prompt;
  else part("button").remove();
  return item;
}

function fill(box, found, translatable) {
  box.hidden = found.length === 0;
  box.querySelector("ul").replaceChildren(...found.map((one) => entry(one, translatable)));
}

async function look() {
  asking?.abort();
  asking = new AbortController();
  const query = new URLSearchParams({ text: text.value, language: language.value });
  try {
    const answer = await fetch(`${form.dataset.nearUrl}?${query}`, { signal: asking.signal });
    if (!answer.ok) return;
    const found = await answer.json();
    const translates = form.elements.translates !== undefined;
    const translations = translates ? [] : found.translations;
    live.querySelector("[data-live-title]").textContent = found.title;
    fill(live.querySelector("[data-live-near]"), found.near, false);
    fill(live.querySelector("[data-live-translations]"), translations, true);
    live.hidden = found.near.length + translations.length === 0;
    form.querySelector("[data-found]")?.remove();
  } catch (error) {
    if (error.name !== "AbortError") live.hidden = true; // sending the form looks again
  }
}

function later() {
  clearTimeout(timer);
  timer = setTimeout(look, PAUSE);
}

const rows = form.querySelector("[data-rows]");
const row = form.querySelector("[data-row]");
const total = form.elements["points-TOTAL_FORMS"];
const add = form.querySelector("[data-add]");

add?.addEventListener("click", (event) => {
  event.preventDefault();
  const index = Number(total.value);
  rows.insertAdjacentHTML("beforeend", row.innerHTML.replaceAll("__prefix__", index).replaceAll("__number__", index + 1));
  total.value = index + 1;
  add.hidden = index + 1 >= Number(add.dataset.most);
  rows.lastElementChild.querySelector("textarea").focus();
});

text.addEventListener("input", () => {
  count();
  later();
});
language.addEventListener("change", () => {
  text.lang = language.value;
  later();
});
text.lang = language.value;
count();
