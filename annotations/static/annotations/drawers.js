// The sheets at the side: guideline, keys, note, cannot judge. The browser closes them with Escape and gives focus back.

/** Opens a drawer, or closes it, and puts the focus where one goes on: its first field, else its close button. */
export function toggle(id) {
  const drawer = document.getElementById(id);
  drawer.togglePopover();
  if (!drawer.matches(":popover-open")) return;
  (drawer.querySelector("input, textarea") ?? drawer.querySelector(".iconbtn")).focus();
}

/** Closes whatever is open. */
export function closeAll() {
  for (const drawer of document.querySelectorAll(".drawer:popover-open")) drawer.hidePopover();
}

/** Whether any is open. */
export function anyOpen() {
  return document.querySelector(".drawer:popover-open") !== null;
}
