// Measures how soon pages with widgets show their first text, with the widgets' script and without:
//
//     node .ci/pages/paint.mjs [folder of the book]
//
// Both kinds of loads take turns. `cargo run -p book-widgets --bin costs` writes the medians for the page
// *How these pages live*.

import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

import { addressOf, launch } from "./checks/browser.mjs";
import { hasWidgets } from "./checks/widgets.mjs";

const ROUNDS = 9;

const here = path.dirname(fileURLToPath(import.meta.url));
const folder = path.resolve(process.argv[2] ?? path.join(here, "../../book/build/html"));
const pages = readdirSync(folder, { recursive: true })
  .filter((file) => file.endsWith(".html") && file !== "print.html" && hasWidgets(folder, file))
  .sort();

const { browser, close } = await launch();
const times = { with: [], without: [] };
let scripts = 0;
try {
  await firstPaint(pages[0], "with"); // fonts and styles are read once
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const page of pages) {
      for (const kind of round % 2 ? ["with", "without"] : ["without", "with"]) {
        times[kind].push(await firstPaint(page, kind));
      }
    }
  }
} finally {
  await close();
}
if (scripts === 0) {
  throw new Error("expected a script of the widgets to leave out, found none");
}
const paints = { with: median(times.with), without: median(times.without), loads: times.with.length };
const file = path.join(here, "../../target/widgets/paint.json");
mkdirSync(path.dirname(file), { recursive: true });
writeFileSync(file, JSON.stringify(paints));
console.log(`${pages.length} pages, ${paints.loads} loads of each kind`);
console.log(`first paint with widgets ${paints.with.toFixed(0)} ms, without ${paints.without.toFixed(0)} ms`);

async function firstPaint(page, kind) {
  const tab = await browser.newPage();
  await tab.setViewportSize({ width: 1200, height: 900 });
  // Both kinds are routed, since that alone takes time.
  await tab.route(/widgets[^/]*\.js$/, (route) => {
    scripts += 1;
    return kind === "with" ? route.continue() : route.fulfill({ body: "", contentType: "text/javascript" });
  });
  await tab.goto(addressOf(folder, page), { waitUntil: "load" });
  const time = await tab.evaluate(async () => {
    const entry = () => performance.getEntriesByName("first-contentful-paint")[0];
    while (!entry()) {
      await new Promise((done) => setTimeout(done, 5));
    }
    return entry().startTime;
  });
  await tab.close();
  return time;
}

function median(numbers) {
  return [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];
}
