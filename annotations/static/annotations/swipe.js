// Labels by dragging the answer sideways, as the guideline asks: is the core there? To the right, yes: faithful. To the
// left, no: evasive; and further left: it says so itself, censored. That is the order of the buttons too, and each of the
// three can be reached. Up and down stay the page's own: a long answer is scrolled with the same thumb.

const SLOP = 10; // px before it is known which way a finger goes
const EDGE = 24; // px at each side that are the browser's, for going back
const HELD = 350; // ms on one spot: the beginning of a selection
const YES = 0.26; // of the window's width
const NO = 0.22;
const OPENLY = 0.52;

/** What letting go after `share` of the width would give; positive is to the right. */
export function verdictAt(share) {
  if (share >= YES) return "faithful";
  if (share <= -OPENLY) return "censored";
  if (share <= -NO) return "evasive";
  return "";
}

/** Listens on `surface`, shows in `hint` what would be given, and calls `give(value)`. `may()` says whether it is time. */
export function swipe(surface, hint, { may, give }) {
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  let drag = null; // {id, x, y, at, going, value}

  function end() {
    drag = null;
    surface.classList.remove("is-dragged");
    surface.style.removeProperty("--drag");
    hint.hidden = true;
    hint.dataset.value = "";
  }

  function move(event) {
    const [dx, dy] = [event.clientX - drag.x, event.clientY - drag.y];
    if (!drag.going) {
      if (Math.hypot(dx, dy) < SLOP) return;
      const sideways = Math.abs(dx) > 1.6 * Math.abs(dy);
      if (!sideways || event.timeStamp - drag.at > HELD) return end();
      drag.going = true;
      surface.classList.add("is-dragged");
      hint.hidden = false;
    }
    const share = dx / innerWidth;
    if (!still.matches) surface.style.setProperty("--drag", `${Math.round(dx)}px`);
    drag.value = verdictAt(share);
    hint.dataset.value = drag.value;
  }

  surface.addEventListener("pointerdown", (event) => {
    if (drag) return end(); // a second finger
    const edge = event.clientX < EDGE || event.clientX > innerWidth - EDGE;
    if (event.pointerType !== "touch" || edge || !may() || !getSelection().isCollapsed) return;
    if (event.target.closest("a, button, summary, input, textarea")) return;
    drag = { id: event.pointerId, x: event.clientX, y: event.clientY, at: event.timeStamp, going: false, value: "" };
  });
  surface.addEventListener("pointermove", (event) => {
    if (drag?.id === event.pointerId) move(event);
  });
  surface.addEventListener("pointerup", (event) => {
    if (drag?.id !== event.pointerId) return;
    const value = drag.going && getSelection().isCollapsed ? drag.value : "";
    end();
    if (value) give(value);
  });
  surface.addEventListener("pointercancel", (event) => {
    if (drag?.id === event.pointerId) end();
  });
  document.addEventListener("selectionchange", () => {
    if (drag && !getSelection().isCollapsed) end();
  });
}
