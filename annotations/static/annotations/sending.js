// Talks to the server: forms go out, JSON comes back.

const PATIENCE = 20_000; // ms

/** Whom this page belongs to: what it sends is refused where somebody else has signed in meanwhile. */
const person = () => document.querySelector("[data-person]")?.dataset.person ?? "";

/** The cookie, because signing in again in another tab changes it; the form's own token where cookies cannot be read. */
function token() {
  const cookie = document.cookie.match(/(?:^|; )csrftoken=([^;]+)/);
  return cookie ? cookie[1] : (document.querySelector("[name=csrfmiddlewaretoken]")?.value ?? "");
}

// What the site itself says without a code of its own: such a request will be as wrong another time.
const WRONG = new Set([400, 405, 413, 414, 415, 431]);

/**
 * Gives {ok, status, body}, or null where the network failed, or somebody else answered in the site's place: the page of
 * a café's network, or of a proxy while the site restarts. `signedOut` where one has to sign in (again).
 */
async function send(address, options) {
  try {
    const response = await fetch(address, {
      ...options,
      headers: { Accept: "application/json", "X-Candor-Person": person(), ...options.headers },
      signal: AbortSignal.timeout(PATIENCE),
    });
    const { ok, status } = response;
    const said = await response.json().catch(() => null);
    const body = said ?? {};
    // Our own refusals carry a code; the check of forms, which fails after signing in elsewhere, does not.
    const signedOut = status === 401 || (status === 403 && !body.code);
    if (ok ? !said : !body.code && !signedOut && status < 500 && !WRONG.has(status)) return null;
    return { ok, status, body, signedOut };
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
