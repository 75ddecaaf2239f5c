// The forms on the page about the API: each request is sent from here, and what comes back is shown below its form.
// Without this module a form for reading goes to the server, which leads on to the address; the others stay hidden.

const SHOWN_AT_MOST = 20000;

for (const part of document.querySelectorAll("[data-scripted]")) part.hidden = false;
for (const form of document.querySelectorAll("form[data-try]")) form.addEventListener("submit", send);
for (const link of document.querySelectorAll("a[data-csv]")) {
  link.closest("form").addEventListener("input", () => pointTo(link));
  pointTo(link);
}

// A link to a shape opens it. Without this module one is led to it, and opens it oneself.
addEventListener("hashchange", openTarget);
openTarget();

function openTarget() {
  const target = document.getElementById(location.hash.slice(1));
  if (target instanceof HTMLDetailsElement) target.open = true;
}

async function send(event) {
  event.preventDefault();
  const form = event.currentTarget;
  const out = form.querySelector("[data-out]");
  const button = form.querySelector("button[type=submit]");
  const { address, token, body } = read(form);
  const headers = { Accept: "application/json" };
  if (token) headers.Authorization = `Bearer ${token}`;
  if (body !== undefined) headers["Content-Type"] = "application/json";
  button.disabled = true;
  out.replaceChildren(line("p", `${form.dataset.verb} ${address} …`));
  const begun = performance.now();
  try {
    // Whoever sends a token speaks as it; a change without one is refused, session or not.
    const credentials = token || form.dataset.verb !== "GET" ? "omit" : "same-origin";
    const response = await fetch(address, { method: form.dataset.verb, headers, body, credentials });
    const text = await response.text();
    show(out, form.dataset.verb, response, text, performance.now() - begun);
  } catch (error) {
    out.replaceChildren(line("p", String(error)));
  } finally {
    button.disabled = false;
  }
}

function read(form) {
  let path = form.dataset.path;
  let token = "";
  let body;
  const query = new URLSearchParams();
  for (const [name, value] of new FormData(form)) {
    if (name === "in.token") token = value.trim();
    else if (name === "in.body") body = value;
    else if (name.startsWith("in.")) path = path.replace(`{${name.slice(3)}}`, part(name.slice(3), value));
    else if (value) query.set(name, value);
  }
  return { address: query.size ? `${path}?${query}` : path, token, body };
}

// The same list as a file: what was filled in, but for what only pages have.
function pointTo(link) {
  const [path, query] = read(link.closest("form")).address.split("?");
  const wanted = new URLSearchParams(query);
  wanted.delete("page_size");
  wanted.set("format", "csv");
  link.href = `${path}?${wanted}`;
}

function part(name, value) {
  const quoted = encodeURIComponent(value);
  return name === "path" ? quoted.replaceAll("%2F", "/") : quoted;
}

function show(out, verb, response, text, took) {
  const head = line("p", `${response.status} ${response.statusText} · ${Math.round(took)} ms · ${kind(response)}`);
  head.className = response.ok ? "try__ok" : "try__bad";
  const at = line("code", `${verb} ${response.url}`);
  at.className = "try__at";
  const code = line("pre", readable(text));
  code.className = "code try__text";
  code.tabIndex = 0;
  out.replaceChildren(head, at, code);
}

function kind(response) {
  return (response.headers.get("Content-Type") ?? "").split(";")[0];
}

function readable(text) {
  let shown = text;
  try {
    shown = JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    // Not JSON: shown as it came.
  }
  return shown.length > SHOWN_AT_MOST ? `${shown.slice(0, SHOWN_AT_MOST)}\n…` : shown;
}

function line(name, text) {
  const made = document.createElement(name);
  made.textContent = text;
  return made;
}
