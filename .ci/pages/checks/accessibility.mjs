// axe-core on a page.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/**
 * Violations that are known and allowed, each with the reason. `page` and `target` are patterns.
 *
 * Nothing else is let through.
 */
export const ALLOWED = ["document-title", "landmark-one-main", "page-has-heading-one", "region"].map(
  (rule) => ({
    rule,
    page: /^toc\.html$/,
    target: /./,
    reason:
      "mdBook's toc.html is the inside of a frame that only readers without scripts see; title, " +
      "heading and landmarks are on the page around it",
  }),
);

/** The rules that look at colors; they take most of the time. */
const COLOR_RULES = ["color-contrast", "link-in-text-block"];

/**
 * Sentences about what axe-core finds on a page.
 *
 * Colors do not change with the width, nor the structure with the theme: `look` says which of
 * `{ colors, structure }` a view is to be looked at for.
 */
export async function accessibility(tab, page, look) {
  if (!(await tab.evaluate(() => "axe" in window))) {
    await tab.evaluate(AXE);
  }
  const rules = Object.fromEntries(COLOR_RULES.map((id) => [id, { enabled: look.colors }]));
  const options = {
    resultTypes: ["violations"],
    // axe would fetch the style sheets again, which a page from a file may not.
    preload: false,
    ...(look.structure ? { rules } : { runOnly: COLOR_RULES }),
  };
  const violations = await tab.evaluate(async (chosen) => {
    const result = await window.axe.run(document, chosen);
    return result.violations.flatMap(({ id, help, nodes }) =>
      nodes.map((node) => {
        const [check] = [...node.any, ...node.all, ...node.none];
        return { id, help, target: node.target.join(" "), why: check?.message ?? "" };
      }),
    );
  }, options);
  const told = violations.filter(({ id, target }) => !isAllowed(page, id, target));
  return told.map(
    ({ id, help, target, why }) => `axe ${id}: expected "${help}", found at ${target}: ${why}`,
  );
}

function isAllowed(page, rule, target) {
  return ALLOWED.some(
    (allowed) => allowed.rule === rule && allowed.page.test(page) && allowed.target.test(target),
  );
}
