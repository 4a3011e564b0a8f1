// All checks on all pages of a book.

import { existsSync, readdirSync, statSync } from "node:fs";
import path from "node:path";

import { accessibility } from "./accessibility.mjs";
import { changeTheme, launch, open } from "./browser.mjs";
import { inspect } from "./in-page.mjs";
import { keyboard } from "./keyboard.mjs";
import { deadLinks } from "./links.mjs";
import { PAPER_WIDTH, print } from "./pdf.mjs";
import { problem } from "./problems.mjs";
import { sourceOf } from "./source.mjs";
import { searchDebris } from "./search-index.mjs";
import { checkWidgets, hasWidgets } from "./widgets.mjs";

/** A light theme and a dark one, a desk and a phone. The first of each also gives the facts. */
const THEMES = ["light", "navy"];
const WIDTHS = [1200, 390];

/** The most that a page may weigh, with its images and without what all pages share. */
export const MOST_BYTES = 500_000;

/** The book in one page, for paper: it is as heavy as all chapters together. */
const PAPER_PAGE = "print.html";

/** How many pages are looked at at the same time. */
const AT_ONCE = 3;

/**
 * Checks the book in a folder: gives its problems and a summary of what was looked at.
 *
 * `options.pdf` is a file for its PDF, `options.source` the folder of its Markdown; with `options.widgets`
 * only the widgets are looked at.
 */
export async function checkBook(folder, options = {}) {
  const pages = pagesOf(folder);
  if (pages.length === 0) {
    const text = `expected a built book in ${folder}, found no page: run mdbook build`;
    return { problems: [problem("book", "", text)], summary: "0 pages" };
  }
  const book = { folder, problems: [], facts: new Map(), sheets: 0, widgets: new Map() };
  const papers = pages.filter((page) => page === PAPER_PAGE);
  const jobs = [
    ...pages.flatMap((page) =>
      WIDTHS.map((width) => ({ page, view: `${width}`, run: (browser) => checkPage(book, browser, page, width) })),
    ),
    ...papers.map((page) => ({ page, view: "paper", run: (browser) => checkPaper(book, browser, options.pdf) })),
  ];
  // Alone, because they are timed.
  const timed = pages.filter((page) => page !== PAPER_PAGE && hasWidgets(folder, page)).flatMap((page) =>
    WIDTHS.map((width) => ({ page, view: `${width}`, run: (browser) => checkWidgets(book, browser, page, width) })),
  );
  if (!options.widgets) {
    await Promise.all(Array.from({ length: AT_ONCE }, () => work(jobs, book.problems)));
    book.problems.push(...deadLinks(folder, book.facts), ...searchDebris(folder, book.facts));
    if (!pages.includes(PAPER_PAGE)) {
      book.problems.push(problem(PAPER_PAGE, "", "expected the book in one page, found none"));
    }
  }
  await work(timed, book.problems);
  const views = THEMES.length * WIDTHS.length;
  book.problems.forEach((found) => (found.source = sourceOf(options.source, found)));
  const medians = Object.fromEntries([...book.widgets].map(([name, times]) => [name, median(times)]));
  const slowest = Object.entries(medians).map(([name, time]) => `${name} ${time.toFixed(1)}`);
  const widgets = slowest.length > 0 ? `; milliseconds a widget needs: ${slowest.join(", ")};` : "";
  const summary = `${pages.length} pages in ${views} views and on ${book.sheets} sheets of paper${widgets}`;
  return { problems: book.problems, summary, medians };
}

function median(numbers) {
  return [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? NaN;
}

/** How often a page is tried: a machine under load may be too slow once. */
const TRIES = 3;

/** How many milliseconds one try may take; a Chromium that answers no longer is ended then. */
const LIMIT = 600_000;

/** Works through jobs. One that fails is tried again, in a new Chromium; then it is a problem, and the others go on. */
export async function work(jobs, problems, { start = launch, limit = LIMIT } = {}) {
  let chromium;
  for (let job = jobs.shift(); job; job = jobs.shift()) {
    for (let tries = 1; ; tries += 1) {
      try {
        chromium ??= await start();
        await within(limit, job.run(chromium.browser));
        break;
      } catch (error) {
        await chromium?.kill();
        chromium = undefined;
        if (tries === TRIES) {
          const [reason] = `${error.message}`.split("\n");
          const text = `expected to look at the page, failed ${TRIES} times: ${reason}`;
          problems.push(problem(job.page, job.view, text));
          break;
        }
      }
    }
  }
  if (chromium) {
    await within(limit, chromium.close()).catch(chromium.kill);
  }
}

/** What a promise gives, or an error if it takes longer. */
async function within(limit, promise) {
  let timer;
  const late = new Promise((_, fail) => {
    timer = setTimeout(() => fail(new Error(`expected an answer within ${limit / 1000} s, found none`)), limit);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** All HTML files, relative to the folder. */
function pagesOf(folder) {
  if (!existsSync(folder)) {
    return [];
  }
  const files = readdirSync(folder, { recursive: true, withFileTypes: true });
  return files
    .filter((file) => file.isFile() && file.name.endsWith(".html"))
    .map((file) => path.relative(folder, path.join(file.parentPath, file.name)))
    .map((file) => file.split(path.sep).join("/"))
    .sort();
}

/** A page at one width, in all themes. */
async function checkPage(book, browser, page, width) {
  const { folder, problems, facts } = book;
  const { tab, watch } = await open(browser, folder, page, { theme: THEMES[0], width });
  const teller = (theme) => (complaints) => {
    problems.push(...complaints.map((text) => problem(page, `${theme} ${width}`, text)));
  };
  try {
    for (const theme of THEMES) {
      const first = theme === THEMES[0] && width === WIDTHS[0];
      const tell = teller(theme);
      if (theme !== THEMES[0]) {
        await changeTheme(tab, theme);
      }
      if (first && page !== PAPER_PAGE) {
        tell(await keyboard(tab));
      }
      await tab.evaluate(unfold);
      const seen = await tab.evaluate(inspect);
      tell(seen.complaints);
      const look = {
        // Every color of the page for paper is on the chapters' pages.
        colors: width === WIDTHS[0] && page !== PAPER_PAGE,
        structure: theme === THEMES[0] && (width === WIDTHS[0] || page !== PAPER_PAGE),
      };
      if (look.colors || look.structure) {
        tell(await accessibility(tab, page, look));
      }
      if (first) {
        facts.set(page, seen.facts);
        tell(weight(folder, page, watch.files));
      }
    }
  } finally {
    teller("any theme,")(watch.complaints);
    await tab.close();
  }
}

/** Opens every fold, so that what is inside is looked at too; runs in the page. */
async function unfold() {
  document.querySelectorAll("details").forEach((details) => (details.open = true));
  document.activeElement?.blur();
  window.scrollTo(0, 0);
  await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
}

/** The weight of a page: itself and its images. Fonts, styles and scripts are shared by all. */
function weight(folder, page, files) {
  const shared = /\.(woff2?|css|js|html)$/;
  const images = [...files].filter((file) => !shared.test(file) && statSync(file, { throwIfNoEntry: false }));
  const own = [path.join(folder, page), ...images];
  const bytes = own.reduce((sum, file) => sum + statSync(file).size, 0);
  if (page === PAPER_PAGE || bytes <= MOST_BYTES) {
    return [];
  }
  return [`expected a page of at most ${MOST_BYTES} bytes without fonts, found ${bytes}`];
}

/** The page for paper: laid out as for A4, then printed. */
async function checkPaper(book, browser, file) {
  const view = { theme: "navy", width: PAPER_WIDTH };
  const { tab, watch } = await open(browser, book.folder, PAPER_PAGE, view);
  const tell = (complaints) => {
    book.problems.push(...complaints.map((text) => problem(PAPER_PAGE, "paper", text)));
  };
  try {
    await tab.emulateMedia({ media: "print" });
    tell((await tab.evaluate(inspect)).complaints);
    const { complaints, pages } = await print(tab, file);
    book.sheets = pages;
    tell(complaints);
  } finally {
    tell(watch.complaints);
    await tab.close();
  }
}
