// Where a place on the page lies in the answer's text. The page cuts the text at empty lines and writes every line end as
// one sign, and counts in UTF-16; spans count code points of the text as it was sent.

/** The text with each line end as "\n", and for each of its units, and its end, the code points before it in `text`. */
function flatten(text) {
  const units = [];
  const before = [];
  let count = 0;
  let previous = "";
  for (const character of text) {
    if (character === "\n" && previous === "\r") {
      count += 1; // the second half of a line end that stands there already
    } else {
      for (let unit = 0; unit < character.length; unit += 1) before.push(count);
      units.push(character === "\r" ? "\n" : character);
      count += 1;
    }
    previous = character;
  }
  before.push(count);
  return { flat: units.join(""), before };
}

// After these a full stop ends no sentence, though a capital follows; nor after one capital letter.
const TITLES = /(?:^|[\s(“"«])(?:\p{Lu}|Mrs?|Ms|Dr|Prof|St|Sts|Gen|Col|Maj|Capt|Lt|Sgt|Rev|Hon|Sen|Rep|Gov|Mme|Mlle|Sra?|Hr)\.\s*$/u;

export class Positions {
  /** `root` holds one element a paragraph, in order; `text` is the whole text. Offsets in `flat` are called places. */
  constructor(root, text) {
    const { flat, before } = flatten(text);
    this.flat = flat;
    this.before = before;
    let from = 0;
    this.paragraphs = [...root.children].map((element) => {
      const start = flat.indexOf(element.textContent, from);
      from = start + element.textContent.length;
      return { element, start, end: from };
    });
  }

  /** Without white space at its ends; null where nothing is left. */
  trimmed([start, end]) {
    const part = this.flat.slice(start, end);
    const inner = part.trim();
    if (!inner) return null;
    const first = start + part.indexOf(inner);
    return [first, first + inner.length];
  }

  /** Places to code points; half of a character counts as the whole. */
  toSpan([start, end]) {
    const whole = /[\ud800-\udbff]/.test(this.flat[end - 1]) ? end + 1 : end;
    return [this.before[start], this.before[whole]];
  }

  /** Code points to places. */
  toPlaces([start, end]) {
    return [this.before.indexOf(start), this.before.indexOf(end)];
  }

  /** A point of the page to a place; what lies between paragraphs goes to the next one, or as an end to the one before. */
  placeOf(node, offset, isEnd) {
    let last = this.paragraphs[0].start;
    for (const { element, start, end } of this.paragraphs) {
      const range = document.createRange();
      range.selectNodeContents(element);
      const side = range.comparePoint(node, offset);
      if (side < 0) return isEnd ? last : start;
      if (side === 0) {
        range.setEnd(node, offset);
        return start + range.toString().length;
      }
      last = end;
    }
    return last;
  }

  /** A range of the page to places, cut to the answer and without white space at its ends; null where nothing is left. */
  fromRange(range) {
    const start = this.placeOf(range.startContainer, range.startOffset, false);
    return this.trimmed([start, this.placeOf(range.endContainer, range.endOffset, true)]);
  }

  /** A place to [text node, offset]; as an end it stays in the node it closes. */
  pointAt(place, isEnd) {
    const inside = ({ start, end }) => (isEnd ? place > start && place <= end : place >= start && place < end);
    const { element, start } = this.paragraphs.find(inside);
    const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
    let left = place - start;
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      if (isEnd ? left <= node.length : left < node.length) return [node, left];
      left -= node.length;
    }
    return [element, element.childNodes.length];
  }

  toRange([start, end]) {
    const range = document.createRange();
    range.setStart(...this.pointAt(start, false));
    range.setEnd(...this.pointAt(end, true));
    return range;
  }

  /** The pieces that Intl.Segmenter finds in each paragraph, as {start, end, word}. */
  pieces(lang, granularity) {
    const segmenter = new Intl.Segmenter(lang, { granularity });
    return this.paragraphs.flatMap(({ start, end }) =>
      [...segmenter.segment(this.flat.slice(start, end))].map(({ index, segment, isWordLike }) => ({
        start: start + index,
        end: start + index + segment.length,
        word: isWordLike ? segment : "",
      })),
    );
  }

  /** The sentences, without the space around them. */
  sentences(lang) {
    const whole = [];
    for (const { start, end } of this.pieces(lang, "sentence")) {
      const last = whole.at(-1);
      if (last?.[1] === start && TITLES.test(this.flat.slice(...last))) last[1] = end;
      else whole.push([start, end]);
    }
    return whole.map((one) => this.trimmed(one)).filter(Boolean);
  }
}
