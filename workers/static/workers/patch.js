// Makes one piece of a page like another, touching only what differs: no flicker, and focus and selection stay.

export function patch(old, fresh) {
  if (old.isEqualNode(fresh)) return;
  if (old.nodeName !== fresh.nodeName || old.id !== fresh.id) {
    old.replaceWith(fresh.cloneNode(true));
  } else if (old.nodeType !== Node.ELEMENT_NODE) {
    old.data = fresh.data;
  } else {
    attributes(old, fresh);
    children(old, fresh);
  }
}

function attributes(old, fresh) {
  for (const { name } of [...old.attributes]) if (!fresh.hasAttribute(name)) old.removeAttribute(name);
  for (const { name, value } of fresh.attributes) if (old.getAttribute(name) !== value) old.setAttribute(name, value);
}

// Endpoints come and go: a child that has an id keeps its own element wherever it stands.
function children(old, fresh) {
  const known = new Map([...old.children].filter((child) => child.id).map((child) => [child.id, child]));
  let place = old.firstChild;
  for (const wanted of [...fresh.childNodes]) {
    const own = wanted.id ? known.get(wanted.id) : undefined;
    if (own && own !== place) old.insertBefore(own, place);
    const now = own ?? place;
    if (!now || (!own && now.id)) {
      old.insertBefore(wanted.cloneNode(true), place);
      continue;
    }
    place = now.nextSibling;
    patch(now, wanted);
  }
  while (place) {
    const next = place.nextSibling;
    place.remove();
    place = next;
  }
}
