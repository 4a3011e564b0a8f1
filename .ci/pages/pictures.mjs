// Takes the README's pictures from the built book:  node pictures.mjs [folder of the book]
//
// They show a page and a figure as a reader sees them; take them again when the look has changed.

import path from "node:path";
import { fileURLToPath } from "node:url";

import { launch, open } from "./checks/browser.mjs";

const here = path.dirname(fileURLToPath(import.meta.url));
const folder = path.resolve(process.argv[2] ?? path.join(here, "../../book/build/html"));
const pictures = path.join(here, "../../book/pictures");

const { browser, close } = await launch();
try {
  const view = { theme: "light", width: 1200 };

  const page = await open(browser, folder, "ch03_backprop/layer.html", view);
  const formula = page.tab.locator("#eq-weight-gradient");
  await formula.locator("summary").first().click();
  await formula.evaluate((block) => {
    window.scrollTo(0, block.getBoundingClientRect().top + window.scrollY - 250);
  });
  await page.tab.waitForTimeout(300);
  await page.tab.screenshot({ path: path.join(pictures, "page.png") });

  const chart = await open(browser, folder, "ch04_optimizers/landscapes.html", view);
  const figure = chart.tab.locator("figure svg[role=img]").nth(1);
  await figure.screenshot({ path: path.join(pictures, "figure.png") });
} finally {
  await close();
}
