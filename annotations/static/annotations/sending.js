// Talks to the server: forms go out, JSON comes back.

const PATIENCE = 20_000; // ms

/** Whom this page belongs to: what it sends is refused where somebody else has signed in meanwhile. */
const person = () => document.querySelector("[data-person]")?.dataset.person ?? "";

/** The cookie, because signing in again in another tab changes it; the form's own token where cookies cannot be read. */
function token() {
  const cookie = document.cookie.match(/(?:^|; )csrftoken=([^;]+)/);
  return cookie ? cookie[1] : (document.querySelector("[name=csrfmiddlewaretoken]")?.value ?? "");
}

/** Gives {ok, status, body}, or null where the network failed. `signedOut` where one has to sign in (again). */
async function send(address, options) {
  try {
    const response = await fetch(address, {
      ...options,
      headers: { Accept: "application/json", "X-Candor-Person": person(), ...options.headers },
      signal: AbortSignal.timeout(PATIENCE),
    });
    const body = await response.json().catch(() => ({}));
    // Our own refusals carry a code; the check of forms, which fails after signing in elsewhere, does not.
    const signedOut = response.status === 401 || (response.status === 403 && !body.code);
    return { ok: response.ok, status: response.status, body, signedOut };
  } catch {
    return null;
  }
}

export function get(address) {
  return send(address, {});
}

/** A short post outlives the page it was sent from. A field that is a list is sent once for each of it. */
export function post(address, fields) {
  const body = new URLSearchParams();
  for (const [name, value] of Object.entries(fields)) {
    for (const one of Array.isArray(value) ? value : [value]) body.append(name, one);
  }
  return send(address, { method: "POST", headers: { "X-CSRFToken": token() }, body, keepalive: true });
}
