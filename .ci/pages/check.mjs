// Looks at every page of the built book:  node check.mjs [folder of the book] [file for the PDF]
//
// Prints all that is wrong, each with page, theme and width, and exits with 1 if there is anything.

import path from "node:path";
import { fileURLToPath } from "node:url";

import { checkBook } from "./checks/book.mjs";
import { report } from "./checks/problems.mjs";

const here = path.dirname(fileURLToPath(import.meta.url));
const folder = path.resolve(process.argv[2] ?? path.join(here, "../../book/build/html"));
const pdf = process.argv[3] && path.resolve(process.argv[3]);

const started = Date.now();
const source = path.join(here, "../../book/src");
const { problems, summary } = await checkBook(folder, { pdf, source });
const seconds = ((Date.now() - started) / 1000).toFixed(1);

console.log(report(problems));
console.log(`${summary} in ${seconds} s`);
process.exitCode = problems.length > 0 ? 1 : 0;
