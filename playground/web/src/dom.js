// el makes an element. Attributes that are functions are listeners; children that are not
// elements become text, whatever is in them.
export function el(tag, attributes = {}, ...children) {
  const e = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") e.addEventListener(name, value);
    else if (value === true) e.setAttribute(name, "");
    else if (value !== false && value != null) e.setAttribute(name, value);
  }
  e.append(...children.flat().filter((c) => c != null && c !== false).map((c) => (c instanceof Node ? c : String(c))));
  return e;
}

// byId returns the element with an id.
export const byId = (id) => document.getElementById(id);

// show puts children into the element with an id, in place of those that it has.
export function show(id, ...children) {
  byId(id).replaceChildren(...children.flat().filter((c) => c != null && c !== false).map((c) => (c instanceof Node ? c : String(c))));
}

// say tells something to people, and to screen readers.
export function say(text) {
  byId("said").textContent = text;
}

// signed returns a number with its sign.
export const signed = (n) => (n > 0 ? "+" + n : String(n));
