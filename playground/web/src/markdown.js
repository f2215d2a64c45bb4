// Shows the Markdown with which the library explains words: paragraphs, lists, code, and parts
// that stand out. Nothing in it becomes HTML.
import { el } from "./dom.js";

// anchor returns the id of a heading on the pages of the documentation.
const anchor = (heading) => heading.toLowerCase().replace(/[^\p{L}\p{N} _-]/gu, "").replaceAll(" ", "-");

// inline returns the nodes of a line.
function inline(text) {
  const nodes = [];
  let at = 0;
  for (const m of text.matchAll(/`([^`]+)`|\*\*([^*]+)\*\*|\*([^*]+)\*/g)) {
    nodes.push(text.slice(at, m.index));
    at = m.index + m[0].length;
    const heading = m[3]?.match(/^Language reference, (.+)$/)?.[1];
    if (heading) nodes.push(el("a", { href: `docs/language.html#${anchor(heading)}`, target: "_blank" }, m[3]));
    else nodes.push(el(m[1] ? "code" : m[2] ? "strong" : "em", {}, m[1] ?? m[2] ?? m[3]));
  }
  nodes.push(text.slice(at));
  return nodes;
}

// markdown returns the elements of a text.
export function markdown(text) {
  const elements = [];
  let paragraph = [];
  const flush = () => {
    if (paragraph.length) elements.push(el("p", {}, inline(paragraph.join(" "))));
    paragraph = [];
  };
  const lines = text.split("\n");
  for (let i = 0; i < lines.length; i++) {
    if (lines[i].startsWith("```")) {
      flush();
      const code = [];
      while (++i < lines.length && !lines[i].startsWith("```")) code.push(lines[i]);
      elements.push(el("pre", {}, el("code", {}, code.join("\n"))));
    } else if (/^[-*] /.test(lines[i])) {
      flush();
      elements.push(el("p", {}, "• ", inline(lines[i].slice(2))));
    } else if (lines[i].trim() === "") flush();
    else paragraph.push(lines[i]);
  }
  flush();
  return elements;
}
