// The colours of rules: what is a word of the language, a text, a number, a comment.
import { StreamLanguage, HighlightStyle } from "@codemirror/language";
import { tags } from "@lezer/highlight";

const words = new Set(
  ("model description target time zone condition group first of table dimension grade sales ready at label let audience limit active weight out score up down to from below until by " +
    "each has none exactly every without at least most within last since between and ago once per any all same number otherwise where or not in is contains begins ends with empty " +
    "losing halving fading over test as expect holds profile interaction passive dated stages stage choose assignment when").split(" "),
);

export const language = StreamLanguage.define({
  token(stream) {
    if (stream.eatSpace()) return null;
    if (stream.match(/^\/\/.*/)) return "comment";
    if (stream.match(/^"(\\.|[^"\\])*"?/)) return "string";
    if (stream.match(/^`[^`]*`?/)) return "variableName";
    if (stream.match(/^[+-]?\d[\w.:+-]*%?/)) return "number";
    const word = stream.match(/^[\p{L}_][\p{L}\p{N}_]*/u);
    if (word) return words.has(word[0]) ? "keyword" : "variableName";
    stream.next();
    return null;
  },
  languageData: { commentTokens: { line: "//" } },
});

export const style = HighlightStyle.define([
  { tag: tags.keyword, color: "var(--keyword)" },
  { tag: tags.string, color: "var(--string)" },
  { tag: tags.number, color: "var(--number)" },
  { tag: tags.comment, color: "var(--quiet)", fontStyle: "italic" },
]);
