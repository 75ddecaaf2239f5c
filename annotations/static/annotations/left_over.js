// On pages of one's own labels without a card: sends what an earlier visit could not, and says so.

import { Queue } from "./queue.js";
import { Saving } from "./saving.js";

const line = document.querySelector("[data-left-over]");
const queue = new Queue(line.dataset.person);
const before = queue.waiting().length;
const saving = new Saving(queue, line.dataset.deck, { onState: tell });

function tell() {
  const left = queue.waiting().length;
  line.hidden = left === 0;
  line.querySelector("span").textContent = line.dataset.words.replace("%n", left);
  // Now they are on the server, and belong on this page.
  if (before && !left) location.replace(line.dataset.here);
}

if (before) saving.start();
