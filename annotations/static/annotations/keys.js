// One key each for what the buttons do. Keys with modifiers, held down, or typed into a field are left alone.

import { anyOpen, toggle } from "./drawers.js";

const FIELDS = "input:not([type=radio]), textarea, select, [contenteditable]";

/** The key by what it types; where that is a sign of another script, or AZERTY's over a digit, by its place. */
function nameOf(event, known) {
  const typed = event.key.toLowerCase();
  const elsewhere = [...typed].length === 1 && !/[a-z0-9]/.test(typed) && !event.shiftKey;
  return known(typed) || !elsewhere ? typed : event.code.replace(/^(Key|Digit)/, "").toLowerCase();
}

/** `actions` maps a key to what it does, `drawers` to the drawer it opens; while one is open only those keys count. */
export function listen(actions, drawers) {
  const known = (key) => key in actions || key in drawers;
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.repeat) return;
    // A field in a drawer that has just been closed keeps the focus until the next frame.
    if (!event.key || event.target.closest?.(FIELDS)?.checkVisibility()) return;
    const key = nameOf(event, known);
    if (!known(key) || (key in actions && anyOpen())) return;
    event.preventDefault();
    if (key in drawers) toggle(drawers[key]);
    else actions[key]();
  });
}
