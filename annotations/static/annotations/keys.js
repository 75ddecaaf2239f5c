// One key each for what the buttons do. Keys with modifiers, held down, or typed into a field are left alone.

import { anyOpen, toggle } from "./drawers.js";

const FIELDS = "input:not([type=radio]), textarea, select, [contenteditable]";

/** The key as it is named here: by what it types, and where that says nothing (another script, AZERTY) by its place. */
function nameOf(event, known) {
  const typed = event.key.toLowerCase();
  return known(typed) ? typed : event.code.replace(/^(Key|Digit|Numpad)/, "").toLowerCase();
}

/** `actions` maps a key to what it does, `drawers` to the drawer it opens; while one is open only those keys count. */
export function listen(actions, drawers) {
  const known = (key) => key in actions || key in drawers;
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.repeat) return;
    if (!event.key || event.target.closest?.(FIELDS)) return;
    const key = nameOf(event, known);
    if (!known(key) || (key in actions && anyOpen())) return;
    event.preventDefault();
    if (key in drawers) toggle(drawers[key]);
    else actions[key]();
  });
}
