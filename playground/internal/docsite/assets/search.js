// Searches the pages. The index is loaded when somebody goes to the field; nothing else is
// asked of anybody.
(() => {
  "use strict";
  const most = 20; // sections that are listed
  const field = document.getElementById("query");
  const list = document.getElementById("results");
  const found = document.getElementById("found");
  document.getElementById("search").hidden = false;

  let loading = null;
  // load returns the sections: address, page, heading, text, and the last three in lower case.
  function load() {
    loading ??= new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = "index.js";
      script.onload = () => resolve(window.leadscoreIndex.map((s) => [...s, ...s.slice(1).map((t) => t.toLowerCase())]));
      script.onerror = () => {
        loading = null;
        reject(new Error("the index could not be loaded"));
      };
      document.head.append(script);
    });
    return loading;
  }

  // wordsOf returns the words of a text.
  const wordsOf = (text) => text.toLowerCase().match(/[\p{L}\p{N}_]+/gu) ?? [];

  // starts returns where in a text a word begins that begins with another one, or -1.
  function starts(text, word, from = 0) {
    for (let i = text.indexOf(word, from); i >= 0; i = text.indexOf(word, i + 1)) {
      if (i === 0 || !/[\p{L}\p{N}_]/u.test(text[i - 1])) return i;
    }
    return -1;
  }

  // worth returns how well a section answers words, or 0 if it lacks one of them.
  function worth([, , , , page, heading, text], words, phrase) {
    let sum = 0;
    for (const w of words) {
      let mine = 0;
      if (starts(heading, w) >= 0) mine += wordsOf(heading).includes(w) ? 30 : 15;
      if (starts(page, w) >= 0) mine += 5;
      for (let i = starts(text, w), n = 0; i >= 0 && n < 5; i = starts(text, w, i + 1), n++) mine += 1;
      if (mine === 0) return 0;
      sum += mine;
    }
    if (words.length > 1 && heading.includes(phrase)) sum += 40;
    if (words.length > 1 && text.includes(phrase)) sum += 10;
    return sum;
  }

  // marked returns a part of a text around the first of some words, with these marked.
  function marked(text, words) {
    const lower = text.toLowerCase();
    const places = words.map((w) => starts(lower, w)).filter((i) => i >= 0);
    const from = Math.max(0, (places.length ? Math.min(...places) : 0) - 60);
    const part = text.slice(from, from + 200);
    const nodes = from > 0 ? ["…"] : [];
    let at = 0;
    const low = part.toLowerCase();
    for (;;) {
      const next = words.map((w) => [starts(low, w, at), w.length]).filter(([i]) => i >= 0).sort((a, b) => a[0] - b[0] || b[1] - a[1])[0];
      if (!next) break;
      const mark = document.createElement("mark");
      mark.textContent = part.slice(next[0], next[0] + next[1]);
      nodes.push(part.slice(at, next[0]), mark);
      at = next[0] + next[1];
    }
    nodes.push(part.slice(at), from + 200 < text.length ? "…" : "");
    return nodes;
  }

  // item returns a section as an item of the list.
  function item([url, page, heading, text], words) {
    const a = document.createElement("a");
    a.href = url;
    a.append(...marked(heading, words));
    const p = document.createElement("p");
    p.append(page, ": ", ...marked(text, words));
    const li = document.createElement("li");
    li.append(a, p);
    return li;
  }

  async function search() {
    const phrase = field.value.trim().toLowerCase();
    const words = [...new Set(wordsOf(phrase))];
    if (words.length === 0) {
      list.replaceChildren();
      found.textContent = "";
      return;
    }
    let sections;
    try {
      sections = await load();
    } catch (e) {
      found.textContent = e.message;
      return;
    }
    if (field.value.trim().toLowerCase() !== phrase) return; // more was typed meanwhile
    const hits = sections.map((s) => [worth(s, words, phrase), s]).filter(([w]) => w > 0).sort((a, b) => b[0] - a[0]);
    list.replaceChildren(...hits.slice(0, most).map(([, s]) => item(s, words)));
    found.textContent = hits.length === 0 ? "Nothing was found" : hits.length === 1 ? "1 section" : hits.length > most ? `the best ${most} of ${hits.length} sections` : `${hits.length} sections`;
  }

  function close() {
    field.value = "";
    search();
  }

  field.addEventListener("focus", () => load().catch(() => {}));
  field.addEventListener("input", search);
  field.addEventListener("keydown", (e) => {
    if (e.key === "Enter") list.querySelector("a")?.click();
  });
  document.getElementById("search").addEventListener("keydown", (e) => {
    if (e.key !== "Escape") return;
    close();
    field.focus();
  });
  list.addEventListener("click", close);
  document.addEventListener("keydown", (e) => {
    if (e.key !== "/" || /^(INPUT|TEXTAREA|SELECT)$/.test(document.activeElement.tagName)) return;
    e.preventDefault();
    field.focus();
  });
})();
