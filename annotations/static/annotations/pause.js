// Offers a pause: after a long stretch, or where the same label was given many times on end. It never stops anybody.

const LONG = 25 * 60_000; // ms of labelling
const REST = 3 * 60_000; // ms without a verdict that count as a pause taken
const RUN = 15; // verdicts alike
const NAME = "candor:pace";

let pace = { since: 0, at: 0, value: "", run: 0 };
try {
  pace = { ...pace, ...JSON.parse(sessionStorage.getItem(NAME)) };
} catch {
  // Then it is counted from here.
}

/** Counts a verdict; gives "long" or "run" where a pause should be offered now, else "". */
export function judged(value) {
  const now = Date.now();
  if (now - pace.at > REST) pace = { since: now, at: now, value: "", run: 0 };
  pace.at = now;
  pace.run = value === pace.value ? pace.run + 1 : 1;
  pace.value = value;
  let offer = "";
  if (now - pace.since >= LONG) {
    offer = "long";
    pace.since = now;
  } else if (pace.run >= RUN) {
    offer = "run";
    pace.run = 0;
  }
  keep();
  return offer;
}

/** A verdict that was taken back was none of the run. */
export function undone() {
  pace.run = Math.max(0, pace.run - 1);
  keep();
}

function keep() {
  try {
    sessionStorage.setItem(NAME, JSON.stringify(pace));
  } catch {
    // Then a reload begins anew.
  }
}
