// The search index: words for readers, no debris of formulas and axes.

import { readFileSync, readdirSync } from "node:fs";
import path from "node:path";
import vm from "node:vm";

import { problem } from "./problems.mjs";

/** Letters that only formulas have, and marks that nobody sees or types. */
const MATH_ONLY = /[\u{1D400}-\u{1D7FF}\u{2061}-\u{2064}\u{FE00}]/u;

/** How many sections are named. */
const EXAMPLES = 6;

/** So many signs of a formula, or labels of a figure, do not stand in a sentence by chance. */
const FORMULA_SIGNS = 5;
const FIGURE_LABELS = 4;

/** Debris in the search index of the book; `facts` are those of its pages. */
export function searchDebris(folder, facts) {
  const file = readdirSync(folder).find((name) => /^searchindex(-\w+)?\.js$/.test(name));
  if (!file) {
    return [problem("search index", "", "expected a file searchindex….js, found none")];
  }
  const documents = documentsOf(readFileSync(path.join(folder, file), "utf8"));
  if (documents.length === 0) {
    return [problem(file, "", "expected an index with texts, found an empty one")];
  }
  const pieces = debrisOf(facts);
  const found = [];
  for (const { title, breadcrumbs, body } of documents) {
    const text = normal(`${title} ${breadcrumbs} ${body}`);
    const where = breadcrumbs || title;
    const sign = text.match(MATH_ONLY);
    const debris = sign
      ? `the sign ${sign[0]} in “${text.slice(Math.max(0, sign.index - 15), sign.index + 15)}”`
      : pieces.find((piece) => text.includes(piece));
    if (debris) {
      found.push(`in “${where}” ${debris.slice(0, 80)}`);
    }
  }
  return found.length === 0 ? [] : [problem(file, "", told(found, documents.length))];
}

/** One sentence for all sections: what let one through lets all through. */
function told(found, sections) {
  const examples = found.slice(0, EXAMPLES).map((text) => `\n    ${text}`);
  const count = `${found.length} of ${sections} sections`;
  return `expected words only, found debris of formulas or figures in ${count}:${examples.join("")}`;
}

/** The texts of an index as mdBook writes it: a script that fills window.search. */
function documentsOf(script) {
  const window = { search: {} };
  try {
    vm.runInNewContext(script, { window });
  } catch {
    return [];
  }
  return Object.values(window.search.index?.documentStore?.docs ?? {});
}

/** What must not be found: the signs of long formulas, and the labels of figures, in a row. */
function debrisOf(facts) {
  const pieces = new Set();
  for (const { formulas, labels } of facts.values()) {
    const all = [
      ...formulas.map((text) => [text, FORMULA_SIGNS]),
      ...labels.map((text) => [text, FIGURE_LABELS]),
    ];
    for (const [text, least] of all) {
      const words = normal(text).split(" ");
      if (words.length >= least) {
        pieces.add(words.slice(0, 3 * least).join(" "));
      }
    }
  }
  return [...pieces];
}

function normal(text) {
  return text.replace(/\s+/g, " ").trim();
}
