// Saves what is in the queue, one after the other and in order, and is honest about what is not saved yet.
//
// One tab sends at a time, for all of them; where a browser has no locks the keys of the verdicts keep them from doubling.

import { post } from "./sending.js";

const PAUSES = [1_000, 2_000, 4_000, 8_000, 15_000, 30_000]; // ms between tries

/** A random one; browsers make it themselves only where the connection is encrypted. */
function uuid() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const digits = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

/** Whether waiting helps: the one limit it does not lift says so. */
const isForLater = ({ status, body }) => status === 429 && body.code !== "no_more";

export class Saving {
  /**
   * Called as things happen: onSaved(body, entry), onRefused(result, entry) where the server will never take it,
   * onSignedOut(result), onState(). `more()` gives what goes along with each verdict, and asks for the next cards.
   */
  constructor(queue, deck, on) {
    this.queue = queue;
    this.deck = deck;
    this.on = on;
    this.sending = false;
    this.failures = 0;
    this.timer = 0;
    this.listeners = [];
    addEventListener("online", () => this.start());
    addEventListener("offline", () => this.tell());
    document.addEventListener("visibilitychange", () => document.hidden || this.start());
    addEventListener("beforeunload", (event) => {
      if (this.unsaved && !queue.durable) event.preventDefault();
    });
  }

  get unsaved() {
    return this.queue.waiting().length;
  }

  get failing() {
    return this.failures > 0;
  }

  /** Puts something into the queue and sends it as soon as its turn comes; gives the key it goes with. */
  add(entry) {
    const whole = { key: uuid(), tried: false, ...entry };
    this.queue.put(whole);
    this.start();
    return whole.key;
  }

  /** Takes the last verdict on a card back if it never left; gives it, or null. */
  takeBack(id) {
    const last = this.queue.waiting().findLast((entry) => entry.id === id);
    if (!last || last.tried || last.kind !== "verdict") return null;
    this.queue.remove(last.key);
    this.tell();
    return last;
  }

  /** Resolves to true once all is saved or refused, to false as soon as a try fails. */
  settled() {
    if (!this.unsaved) return Promise.resolve(true);
    if (this.failing) return Promise.resolve(false);
    return new Promise((resolve) => this.listeners.push(resolve));
  }

  tell() {
    this.on.onState?.();
    if (this.unsaved && !this.failing) return;
    for (const resolve of this.listeners.splice(0)) resolve(!this.unsaved);
  }

  async start() {
    if (this.sending) return;
    clearTimeout(this.timer);
    this.sending = true;
    this.tell();
    if (this.unsaved) {
      const all = () => this.sendAll();
      await (navigator.locks ? navigator.locks.request(this.queue.prefix, all) : all());
    }
    this.sending = false;
    this.tell();
    // What came while the last try was failing waits for the next one.
    if (this.unsaved && !this.failing) this.start();
  }

  /** Sends until nothing is left or a try fails. */
  async sendAll() {
    for (let [entry] = this.queue.waiting(); entry; [entry] = this.queue.waiting()) {
      if (!entry.tried) this.queue.put({ ...entry, tried: true });
      const result = await this.send(entry);
      if (result === null || result.signedOut || isForLater(result) || result.status >= 500) {
        this.timer = setTimeout(() => this.start(), PAUSES[Math.min(this.failures, PAUSES.length - 1)]);
        this.failures += 1;
        if (result?.signedOut) this.on.onSignedOut?.(result);
        return;
      }
      this.failures = 0;
      if (result.ok) {
        this.queue.remove(entry.key);
        this.on.onSaved?.(result.body, entry);
      } else {
        this.queue.put({ ...entry, tried: true, refused: { status: result.status, why: result.body.detail ?? "" } });
        this.on.onRefused?.(result, entry);
      }
      this.tell();
    }
  }

  send(entry) {
    if (entry.kind === "undo") return post(`${this.deck}${entry.id}/undo/`, entry.fields);
    return post(`${this.deck}${entry.id}/`, { ...entry.fields, key: entry.key, ...this.on.more?.() });
  }
}
