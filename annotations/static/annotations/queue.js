// What was given and is not saved yet, kept in the browser until it is: a reload, a crash or a day offline loses nothing.
//
// Each entry is an item of its own under the person's number, so that tabs never overwrite each other's, and somebody
// else at the same computer never sends what is not theirs. An entry is {key, order, kind, id, fields, card, tried}:
// kind "verdict" or "undo", id of its card; `tried` once it may have reached the server; `refused` once it never will be
// taken, with the server's reason.

export class Queue {
  constructor(person) {
    this.prefix = `candor:${person}:`;
    this.memory = new Map(); // of this page alone, where the browser keeps nothing or has no room
    this.last = 0;
  }

  /** Whether all of it outlives this page. */
  get durable() {
    return this.memory.size === 0;
  }

  /** Keeps an entry, new or changed; gives it its place at the end where it has none. */
  put(entry) {
    entry.order ??= this.last = Math.max(Date.now(), this.last + 1, (this.all().at(-1)?.order ?? 0) + 1);
    try {
      localStorage.setItem(this.prefix + entry.key, JSON.stringify(entry));
      this.memory.delete(entry.key);
    } catch {
      this.memory.set(entry.key, entry);
    }
  }

  remove(key) {
    this.memory.delete(key);
    try {
      localStorage.removeItem(this.prefix + key);
    } catch {
      // Then nothing of it was kept there either.
    }
  }

  /** The entry as it is now, perhaps changed by another tab; undefined where it is gone. */
  get(key) {
    return this.all().find((entry) => entry.key === key);
  }

  /** Where there was no room for the newer state of an entry, the older one may still be kept: it is not the truth. */
  all() {
    const kept = this.kept().filter((entry) => !this.memory.has(entry.key));
    return [...kept, ...this.memory.values()].sort((one, other) => one.order - other.order);
  }

  kept() {
    try {
      const names = Object.keys(localStorage).filter((name) => name.startsWith(this.prefix));
      return names.map((name) => parsed(localStorage.getItem(name))).filter(Boolean);
    } catch {
      return [];
    }
  }

  /** What is still to be sent, oldest first. */
  waiting() {
    return this.all().filter((entry) => !entry.refused);
  }

  /** What the server will never take, until the person has seen it. */
  refused() {
    return this.all().filter((entry) => entry.refused);
  }

  /** Calls `changed(entry)` where another tab has added or changed one, `changed(null)` where it has removed one. */
  watch(changed) {
    addEventListener("storage", (event) => {
      if (event.key?.startsWith(this.prefix)) changed(parsed(event.newValue));
    });
  }
}

function parsed(text) {
  try {
    const entry = JSON.parse(text);
    return entry?.key && entry.id && entry.fields ? entry : null;
  } catch {
    return null;
  }
}
