// Paints over the answer without touching its text: marks, the sentence one is at, words that were looked for. Where a
// browser has no custom highlights, the passages are wrapped in <mark>.

const layers = new Map(); // name -> places; later names lie above
const hasHighlights = typeof Highlight === "function" && Boolean(CSS.highlights);
let positions = null;

function unwrap() {
  for (const { element } of positions.paragraphs) {
    for (const mark of element.querySelectorAll("mark[data-layer]")) mark.replaceWith(...mark.childNodes);
    element.normalize();
  }
}

function wrap(name, places) {
  const range = positions.toRange(places);
  const root = range.commonAncestorContainer;
  const walker = document.createTreeWalker(root.nodeType === Node.TEXT_NODE ? root.parentNode : root, NodeFilter.SHOW_TEXT);
  const nodes = [];
  for (let node = walker.nextNode(); node; node = walker.nextNode()) if (range.intersectsNode(node)) nodes.push(node);
  const { startContainer, startOffset, endContainer, endOffset } = range;
  for (const node of nodes) {
    if (!node.parentNode.closest("p")) continue; // the space between two paragraphs
    const end = node === endContainer ? endOffset : node.length;
    const start = node === startContainer ? startOffset : 0;
    if (start >= end) continue;
    const mark = document.createElement("mark");
    mark.dataset.layer = name;
    const part = start ? node.splitText(start) : node;
    part.splitText(end - start);
    part.replaceWith(mark);
    mark.append(part);
  }
}

/** From now on everything is drawn on this text. */
export function begin(on) {
  positions = on;
  for (const name of layers.keys()) draw(name, []);
}

/** Shows these places, and no others, under this name. */
export function draw(name, places) {
  layers.set(name, places);
  if (hasHighlights) {
    const highlight = new Highlight(...places.map((one) => positions.toRange(one)));
    highlight.priority = [...layers.keys()].indexOf(name);
    CSS.highlights.set(name, highlight);
    return;
  }
  unwrap();
  for (const [each, all] of layers) for (const one of all) wrap(each, one);
}
