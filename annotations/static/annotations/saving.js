// Saves verdicts one after the other in the background, and is honest about what is not saved yet.

import { post } from "./sending.js";

const PAUSES = [1_000, 2_000, 4_000, 8_000, 15_000, 30_000]; // ms between tries

export class Saving {
  /**
   * An entry is {address, fields, card}. Called as things happen: onSaved(body), onRefused(result) where the server will
   * never take it, onSignedOut(), and onState(unsaved, failing).
   */
  constructor(on) {
    this.on = on;
    this.entries = []; // the first is being sent, or is the next to be
    this.sending = false;
    this.failures = 0;
    this.timer = 0;
    this.listeners = [];
    addEventListener("online", () => this.start());
    document.addEventListener("visibilitychange", () => document.hidden || this.start());
    addEventListener("beforeunload", (event) => {
      if (this.unsaved) event.preventDefault();
    });
  }

  get unsaved() {
    return this.entries.length;
  }

  add(entry) {
    this.entries.push({ ...entry, tried: false });
    this.start();
  }

  /** Takes the newest entry back if it never left; returns it, or null. */
  takeBack() {
    if (!this.unsaved || this.entries.at(-1).tried) return null;
    const entry = this.entries.pop();
    this.tell();
    return entry;
  }

  /** Resolves to true once all is saved or refused, to false as soon as a try fails. */
  settled() {
    if (!this.unsaved) return Promise.resolve(true);
    if (this.failures) return Promise.resolve(false);
    return new Promise((resolve) => this.listeners.push(resolve));
  }

  tell() {
    this.on.onState(this.unsaved, this.failures > 0);
    if (this.unsaved && !this.failures) return;
    for (const resolve of this.listeners.splice(0)) resolve(!this.unsaved);
  }

  async start() {
    if (this.sending || !this.unsaved) return;
    clearTimeout(this.timer);
    this.sending = true;
    const [entry] = this.entries;
    entry.tried = true;
    this.tell();
    const result = await post(entry.address, entry.fields);
    this.sending = false;
    if (result === null || result.signedOut || result.status === 429 || result.status >= 500) {
      this.timer = setTimeout(() => this.start(), PAUSES[Math.min(this.failures, PAUSES.length - 1)]);
      this.failures += 1;
      if (result?.signedOut) this.on.onSignedOut();
    } else {
      this.failures = 0;
      this.entries.shift();
      if (result.ok) this.on.onSaved(result.body);
      else this.on.onRefused(result);
      this.start();
    }
    this.tell();
  }
}
