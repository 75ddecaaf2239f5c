// Reporting what should not be here: the drawer's form goes out behind the page, and the answer leaves the screen.

import { post } from "./sending.js";
import { trouble } from "./words.js";

const form = document.getElementById("report-form");

/** `current()` is the card on the screen; `reported(card)` is called once the server has taken the report. */
export function reporting({ current, reported }) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const card = current();
    if (!card || form.ariaBusy === "true") return;
    form.ariaBusy = "true";
    const result = await post(form.action, Object.fromEntries(new FormData(form)));
    form.ariaBusy = "false";
    if (result?.ok) {
      form.reset();
      reported(card);
      return;
    }
    document.getElementById("report").hidePopover();
    const name = result?.signedOut ? "signIn" : result ? "refused" : "offline";
    trouble({ text: result?.body.detail, name, signIn: result?.signedOut });
  });
}

/** The form is about this card now. */
export function about(card, deck) {
  form.action = `${deck}${card.id}/report/`;
  form.reset();
}
