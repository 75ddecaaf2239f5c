// The verdicts given on this page: into the queue they go, and the last ten can be taken back or said anew.

const AT_MOST = 10;

export class Verdicts {
  constructor(saving, queue) {
    this.saving = saving;
    this.queue = queue;
    this.given = []; // {card, value, fields, key}, newest last
    // Cards that are not to come again: judged here or in another tab, whether that is saved or not.
    this.judged = new Set();
    for (const entry of queue.waiting()) this.heard(entry);
  }

  /** Something of this or another tab went into the queue. */
  heard(entry) {
    if (entry.refused) return;
    if (entry.kind === "undo") this.judged.delete(entry.id);
    else this.judged.add(entry.id);
  }

  /** `fields` as the server takes them. What was on the screen again after an undo is said anew. */
  give(card, value, fields) {
    this.judged.add(card.id);
    const sent = card.again ? { ...fields, again: 1 } : fields;
    const key = this.saving.add({ kind: "verdict", id: card.id, card, fields: sent });
    this.given = [...this.given, { card, value, fields, key }].slice(-AT_MOST);
  }

  /** Takes the newest back, here at once and on the server in its turn; gives its card as it was, or null. */
  undo() {
    const last = this.given.pop();
    if (!last) return null;
    this.judged.delete(last.card.id);
    if (!this.saving.takeBack(last.card.id)) {
      const card = { ...last.card, text: "", paragraphs: [] };
      // However late it arrives, it takes back this verdict and no newer one.
      this.saving.add({ kind: "undo", id: card.id, card, fields: { key: last.key } });
    }
    const { note = "", facets = [], evidence = "[]" } = last.fields;
    return { ...last.card, note, facets, evidence: JSON.parse(evidence), again: true };
  }

  /** Says something else of a verdict: changes it in the queue, or sends it again in place of the old one. */
  revise(card, changed) {
    const given = this.given.findLast((one) => one.card.id === card.id);
    if (!given || given.value === "cannot_judge") return;
    given.fields = { ...given.fields, ...changed };
    const unsent = this.saving.takeBack(card.id);
    const fields = unsent ? { ...unsent.fields, ...changed } : { ...given.fields, again: 1 };
    given.key = this.saving.add({ kind: "verdict", id: card.id, card: given.card, fields, order: unsent?.order });
  }
}
