// Keeps the leases of what is in hand while somebody is reading: now and then, and only where there was a sign of life.

import { post } from "./sending.js";

const EVERY = 4 * 60_000; // ms
const LOOK = 20_000; // ms

/** Renews through `address`; calls `renewed(ids)` with what is still held. */
export function keepLeases(address, renewed) {
  let asked = performance.now();
  let alive = false;
  for (const sign of ["keydown", "pointerdown", "pointermove", "wheel", "touchmove"]) {
    addEventListener(sign, () => (alive = true), { passive: true });
  }
  setInterval(async () => {
    if (!alive || document.hidden || performance.now() - asked < EVERY) return;
    asked = performance.now();
    alive = false;
    const result = await post(address, {});
    if (result?.ok) renewed(new Set(result.body.ids));
  }, LOOK);
}
