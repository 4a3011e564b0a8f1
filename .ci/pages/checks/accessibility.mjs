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

/** Sentences about what axe-core finds on a page; `colors` says whether contrasts are measured. */
export async function accessibility(tab, page, { colors }) {
  if (!(await tab.evaluate(() => "axe" in window))) {
    await tab.evaluate(AXE);
  }
  const violations = await tab.evaluate(async (contrast) => {
    const result = await window.axe.run(document, {
      resultTypes: ["violations"],
      // axe would fetch the style sheets again, which a page from a file may not.
      preload: false,
      rules: { "color-contrast": { enabled: contrast } },
    });
    return result.violations.flatMap(({ id, help, nodes }) =>
      nodes.map((node) => {
        const [check] = [...node.any, ...node.all, ...node.none];
        return { id, help, target: node.target.join(" "), why: check?.message ?? "" };
      }),
    );
  }, colors);
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
