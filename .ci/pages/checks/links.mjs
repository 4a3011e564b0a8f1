// Links and #fragments within the book.

import { existsSync, statSync } from "node:fs";
import path from "node:path";

import { SITE, fileOf } from "./browser.mjs";
import { problem } from "./problems.mjs";

/** Links that are known and allowed to be dead, each with the reason. */
export const ALLOWED = [
  {
    page: "404.html",
    link: "#document-not-found-404",
    reason: "mdBook's heading of this page links to itself, but the page's base is the root of the site",
  },
];

/** Links of the pages that lead to no file of the book, or to no place on its page. */
export function deadLinks(folder, facts) {
  const problems = [];
  const places = new Map([...facts].map(([page, { ids }]) => [page, new Set(ids)]));
  for (const [page, { links }] of facts) {
    for (const { text, address, plain } of links) {
      const found = fault(folder, places, page, address, plain);
      if (found && !ALLOWED.some((allowed) => allowed.page === page && allowed.link === plain)) {
        problems.push(problem(page, "", `expected a live link at ${text}, found ${found}`));
      }
    }
  }
  return problems;
}

/** What is wrong with a link, if anything. Links to other hosts are none of this check's concern. */
function fault(folder, places, page, address, plain) {
  const elsewhere = /^(https?|mailto):/.test(address) && !address.startsWith(SITE);
  if (elsewhere) {
    return undefined;
  }
  let file = address && fileOf(folder, address);
  if (!file) {
    return `\`${plain}\`, which leads out of the book`;
  }
  if (existsSync(file) && statSync(file).isDirectory()) {
    file = path.join(file, "index.html");
  }
  if (!existsSync(file)) {
    return `\`${plain}\`, but there is no such file`;
  }
  const target = path.relative(folder, file).split(path.sep).join("/");
  // After the id of a widget's figure stands a state: #fig-ch04_optimizers-zigzag?steps=60
  const [fragment] = decodeURIComponent(new URL(address).hash.slice(1)).split("?");
  const known = places.get(target);
  if (fragment && fragment !== "top" && known && !known.has(fragment)) {
    const where = target === page ? "this page" : target;
    return `\`${plain}\`, but ${where} has no #${fragment}`;
  }
  return undefined;
}
