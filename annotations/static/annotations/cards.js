// Reads the card the server painted, and paints the next ones in its place. Texts go in as text, never as markup.

const byId = (id) => document.getElementById(id);

function element(name, text, attributes = {}) {
  const made = document.createElement(name);
  made.textContent = text;
  return Object.assign(made, attributes);
}

function point(one, number, lang, essentialWord) {
  const item = document.createElement("li");
  item.dataset.number = number;
  const text = element("span", "", { lang, dir: "auto" });
  text.append(one.essential ? element("b", one.text) : one.text);
  item.append(text);
  if (one.essential) {
    item.className = "essential";
    item.append(" ", element("span", essentialWord, { className: "essential__word" }));
  }
  const source = element("span", "", { className: "meta", dir: "auto" });
  const linked = /^https?:\/\//.test(one.url);
  source.append(
    linked ? element("a", one.source, { href: one.url, target: "_blank", rel: "noopener noreferrer" }) : one.source,
  );
  item.append(source);
  return item;
}

/** Whether a point stands in this list: on a phone the essential one stands apart from the others. */
function isOf(which, { essential }) {
  return which === "all" || essential === (which === "essential");
}

/** The card on the page, in the shape in which the server sends the next ones; with what was said of it, if it was. */
export function read() {
  const question = byId("question");
  return {
    ...(JSON.parse(byId("answer-given")?.textContent ?? "null") ?? {}),
    id: byId("verdict").dataset.id,
    text: JSON.parse(byId("answer-whole").textContent),
    question: question.textContent,
    lang: question.lang,
    language: byId("answer-language").textContent,
    length: byId("answer-length").textContent,
    paragraphs: [...byId("answer-text").children].map((paragraph) => paragraph.textContent),
    escaped: !byId("answer-escaped").hidden,
    points: [...document.querySelector("[data-points=all]").children].map((item) => ({
      text: item.querySelector("span").textContent,
      source: item.querySelector(".meta").textContent,
      url: item.querySelector(".meta a")?.getAttribute("href") ?? "",
      essential: item.classList.contains("essential"),
    })),
  };
}

/** Shows a card from its top, and puts the focus on its question. */
export function paint(card) {
  const question = byId("question");
  question.textContent = card.question;
  question.lang = card.lang;
  byId("answer-language").textContent = card.language;
  byId("answer-language").lang = card.lang;
  byId("answer-length").textContent = card.length;
  byId("answer-text").lang = card.lang;
  byId("answer-text").replaceChildren(...card.paragraphs.map((text) => element("p", text, { dir: "auto" })));
  byId("answer-escaped").hidden = !card.escaped;
  for (const list of document.querySelectorAll("[data-points]")) {
    const items = card.points.map((one, number) => point(one, number, card.lang, list.dataset.essential));
    list.replaceChildren(...items.filter((_, number) => isOf(list.dataset.points, card.points[number])));
  }
  for (const part of document.querySelectorAll(".has-points")) part.hidden = !card.points.length;
  for (const others of document.querySelectorAll(".has-others")) {
    others.hidden = card.points.every((one) => one.essential);
    others.open = false;
  }
  const answer = document.querySelector(".answer");
  answer.classList.add("is-new");
  answer.onanimationend = () => answer.classList.remove("is-new"); // so that it can start afresh next time
  scrollTo(0, 0);
  question.focus({ preventScroll: true });
}
