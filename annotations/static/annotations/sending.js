// Talks to the server: forms go out, JSON comes back.

const PATIENCE = 20_000; // ms

/** The cookie, because signing in again in another tab changes it; the form's own token where cookies cannot be read. */
function token() {
  const cookie = document.cookie.match(/(?:^|; )csrftoken=([^;]+)/);
  return cookie ? cookie[1] : document.querySelector("[name=csrfmiddlewaretoken]").value;
}

/** Gives {ok, status, body}, or null where the network failed. `signedOut` where one has to sign in (again). */
async function send(address, options) {
  try {
    const response = await fetch(address, { ...options, signal: AbortSignal.timeout(PATIENCE) });
    const body = await response.json().catch(() => ({}));
    // Our own refusals carry a code; the check of forms, which fails after signing in elsewhere, does not.
    const signedOut = response.status === 401 || (response.status === 403 && !body.code);
    return { ok: response.ok, status: response.status, body, signedOut };
  } catch {
    return null;
  }
}

export function get(address) {
  return send(address, { headers: { Accept: "application/json" } });
}

/** A short post outlives the page it was sent from. */
export function post(address, fields) {
  return send(address, {
    method: "POST",
    headers: { Accept: "application/json", "X-CSRFToken": token() },
    body: new URLSearchParams(fields),
    keepalive: true,
  });
}
