// Looks at every page of the built book:  node check.mjs [--widgets] [folder of the book] [file for the PDF]
// With --widgets at the widgets alone, which it times.
//
// Prints all that is wrong, each with page, theme and width, and exits with 1 if there is anything.

import { mkdirSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

import { checkBook } from "./checks/book.mjs";
import { report } from "./checks/problems.mjs";

const here = path.dirname(fileURLToPath(import.meta.url));
const given = process.argv.slice(2);
const widgets = given[0] === "--widgets" && given.shift() !== undefined;
const folder = path.resolve(given[0] ?? path.join(here, "../../book/build/html"));
const pdf = given[1] && path.resolve(given[1]);

const started = Date.now();
const source = path.join(here, "../../book/src");
const { problems, summary, medians } = await checkBook(folder, { pdf, source, widgets });
const seconds = ((Date.now() - started) / 1000).toFixed(1);

// How long the widgets needed, for `cargo run -p book-widgets --bin costs`.
const times = path.join(here, "../../target/widgets/times.json");
mkdirSync(path.dirname(times), { recursive: true });
writeFileSync(times, JSON.stringify({ medians, load: os.loadavg()[1], cores: os.cpus().length }));

console.log(report(problems));
console.log(`${summary} in ${seconds} s`);
process.exitCode = problems.length > 0 ? 1 : 0;
