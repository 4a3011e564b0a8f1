// Chromium, and pages in it that are watched.

import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

import { chromium } from "playwright-core";

/** Where 404.html is tried: its links begin at the root of a site, which a file does not have. */
export const SITE = "http://book.invalid/";

/** How many milliseconds a page may take: print.html on a machine under load takes a minute. */
const PATIENCE = 180_000;

const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  // Other hosts are out of reach; a request to one is told by the check.
  "--host-resolver-rules=MAP * ~NOTFOUND",
];

/** A fresh Chromium; `close` ends it, `kill` ends it at once, whatever it is doing. */
export async function launch() {
  const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
  if (!existsSync(executablePath)) {
    throw new Error(`expected Chromium at ${executablePath}, found none: set CHROMIUM or install it`);
  }
  const options = { executablePath, headless: true, args: FLAGS, timeout: PATIENCE };
  const server = await chromium.launchServer(options);
  const kill = () => server.kill();
  try {
    const connection = await chromium.connect(server.wsEndpoint());
    return { browser: await connection.newContext(), close: () => server.close(), kill };
  } catch (error) {
    await kill();
    throw error;
  }
}

/** The address at which a page of the book is opened. */
export function addressOf(folder, page) {
  return page === "404.html" ? SITE + page : pathToFileURL(path.join(folder, page)).href;
}

/** The file of the book behind an address, or nothing if the address leads out of the book. */
export function fileOf(folder, address) {
  const url = new URL(address);
  url.hash = "";
  url.search = "";
  const file = url.href.startsWith(SITE)
    ? path.join(folder, decodeURIComponent(url.pathname))
    : url.protocol === "file:" && fileURLToPath(url);
  const inside = file && (file === folder || file.startsWith(folder + path.sep));
  return inside ? file : undefined;
}

/**
 * Opens a page of the book in a theme and at a width, and notes what goes wrong on the way.
 *
 * `watch.complaints` are sentences, `watch.files` the files of the book that were loaded.
 */
export async function open(browser, folder, page, { theme, width }) {
  const tab = await browser.newPage();
  tab.setDefaultTimeout(PATIENCE);
  const watch = { complaints: [], files: new Set() };
  await tab.setViewportSize({ width, height: 900 });
  await tab.addInitScript((name) => {
    window.print = () => {};
    // A theme that was chosen in this tab outlasts a reload.
    localStorage.setItem("mdbook-theme", sessionStorage.getItem("theme") ?? name);
    localStorage.setItem("mdbook-sidebar", "visible");
  }, theme);
  if (addressOf(folder, page).startsWith(SITE)) {
    await tab.route(`${SITE}**`, (route) => serve(route, folder));
  }
  listen(tab, folder, watch);
  try {
    await tab.goto(addressOf(folder, page), { waitUntil: "load", timeout: PATIENCE });
    await settle(tab);
  } catch (error) {
    await tab.close();
    throw error;
  }
  return { tab, watch };
}

/** Changes the theme as a reader does, or loads a page without mdBook's menu again. */
export async function changeTheme(tab, theme) {
  const changed = await tab.evaluate((name) => {
    sessionStorage.setItem("theme", name);
    const button = document.getElementById(`mdbook-theme-${name}`);
    button?.click();
    return button !== null;
  }, theme);
  if (!changed) {
    await tab.reload({ waitUntil: "load" });
  }
  await settle(tab);
}

/** Waits until fonts are there and colors have faded over. */
async function settle(tab) {
  await tab.evaluate(async () => {
    await document.fonts.ready;
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
    const ends = (animation) => animation.effect.getComputedTiming().endTime < Infinity;
    document.getAnimations().filter(ends).forEach((animation) => animation.finish());
  });
}

/** Answers for the site of 404.html. */
async function serve(route, folder) {
  const file = fileOf(folder, route.request().url());
  const body = file && (await readFile(file).catch(() => undefined));
  if (body === undefined) {
    return route.abort();
  }
  const types = { ".html": "text/html", ".css": "text/css", ".js": "text/javascript" };
  const type = types[path.extname(file)] ?? (file.endsWith(".svg") ? "image/svg+xml" : undefined);
  return route.fulfill({ body, contentType: type });
}

function listen(tab, folder, watch) {
  const complain = (text) => watch.complaints.push(text);
  tab.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) {
      complain(`expected a quiet console, found the ${message.type()}: ${message.text()}`);
    }
  });
  tab.on("pageerror", (error) => {
    complain(`expected scripts without errors, found: ${error.message}`);
  });
  tab.on("request", (request) => {
    const address = request.url();
    if (/^(data|blob|about):/.test(address)) {
      return;
    }
    const file = fileOf(folder, address);
    if (file) {
      watch.files.add(file);
    } else {
      complain(`expected no request to another host or folder, found ${address}`);
    }
  });
  tab.on("requestfailed", (request) => {
    if (fileOf(folder, request.url())) {
      complain(`expected the file ${request.url()}, found none (${request.failure()?.errorText})`);
    }
  });
}
