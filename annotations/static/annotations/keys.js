// One key each for what the buttons do: the person's own, which stand in the page. Keys with modifiers, held down, or
// typed into a field are left alone.

import { anyOpen, toggle } from "./drawers.js";

const FIELDS = "input:not([type=radio], [type=checkbox]), textarea, select, [contenteditable]";

/** The key by what it types; where that is a sign of another script, or AZERTY's over a digit, by its place. */
function nameOf(event, known) {
  const typed = event.key.toLowerCase();
  const elsewhere = [...typed].length === 1 && !/[a-z0-9]/.test(typed) && !event.shiftKey;
  return known(typed) || !elsewhere ? typed : event.code.replace(/^(Key|Digit)/, "").toLowerCase();
}

/** Which action has which key, from the page; an action without a key is switched off. */
function actionsByKey() {
  const keys = JSON.parse(document.querySelector("[data-keys]").dataset.keys);
  return new Map(Object.entries(keys).flatMap(([action, key]) => (key ? [[key, action]] : [])));
}

/**
 * `actions` maps the name of an action to what it does, `drawers` to the drawer it opens; while one is open only those
 * keys count. `jump_back` is the key of `jump` with Shift, where that is a letter.
 */
export function listen(actions, drawers) {
  const byKey = actionsByKey();
  const known = (key) => byKey.has(key) && (byKey.get(key) in actions || byKey.get(key) in drawers);
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.repeat) return;
    // A field in a drawer that has just been closed keeps the focus until the next frame.
    if (!event.key || event.target.closest?.(FIELDS)?.checkVisibility()) return;
    const key = nameOf(event, known);
    if (!known(key)) return;
    let action = byKey.get(key);
    if (action in actions && anyOpen()) return;
    event.preventDefault();
    if (action in drawers) return toggle(drawers[action]);
    if (action === "jump" && event.shiftKey && key !== key.toUpperCase()) action = "jump_back";
    actions[action]();
  });
}
