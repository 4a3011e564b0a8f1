// The widgets compute what the book says: every recorded interaction is replayed natively and in the
// modules of each given folder, and all views are compared.
//
//   node .ci/widgets.mjs native.jsonl FOLDER [FOLDER …]
//
// `native.jsonl` is what `cargo run -p book-widgets --bin replay -- book/widgets/recordings/*.txt`
// prints. Texts must be equal but for their numbers, and numbers within a millionth; a length in a
// picture, which is rounded to a tenth of a pixel, within a tenth of a pixel. (Where errors of rounding are
// what is shown, they need to be of the same size only.)

import { readFileSync, readdirSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import vm from "node:vm";

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), "..");
const recordings = path.join(root, "book/widgets/recordings");
const namesIn = (place, ending) =>
  readdirSync(path.join(root, place)).filter((name) => name.endsWith(ending)).map((name) => path.basename(name, ending));
const MODULES = namesIn("book/widgets/src/list", ".rs");
const DATA = namesIn("book/widgets/data", ".bin");
const [native, ...folders] = process.argv.slice(2);

/** The bytes that a script hands to the page. */
function bytesOf(script) {
  let bytes;
  const window = { bookWidgets: (_, base64) => (bytes = Buffer.from(base64, "base64")) };
  vm.runInNewContext(readFileSync(script, "utf8"), { window });
  return bytes;
}

/** A module as a function that answers a line. */
async function asked(script) {
  const { instance } = await WebAssembly.instantiate(bytesOf(script), {});
  const { memory, room, answer, place, keep } = instance.exports;
  const write = (bytes) => {
    const start = room(bytes.length);
    new Uint8Array(memory.buffer, start, bytes.length).set(bytes);
  };
  for (const data of DATA) {
    write(readFileSync(path.join(root, `book/widgets/data/${data}.bin`)));
    keep();
  }
  return (line) => {
    write(Buffer.from(line));
    const length = answer();
    return Buffer.from(new Uint8Array(memory.buffer, place(), length)).toString();
  };
}

/** The views of all recordings, each from the one module that has its widget. */
async function replay(folder) {
  const modules = [];
  for (const name of MODULES) {
    modules.push(await asked(path.join(folder, `${name}.js`)));
  }
  const views = [];
  for (const file of readdirSync(recordings).filter((name) => name.endsWith(".txt")).sort()) {
    const [name, ...events] = readFileSync(path.join(recordings, file), "utf8").trim().split("\n");
    const opened = modules.map((ask) => [ask, ask(`open ${name}`)]).filter(([, number]) => !number.startsWith("!"));
    if (opened.length !== 1) {
      throw new Error(`${folder}: expected ${name} in one of ${MODULES.join(", ")}, found it in ${opened.length}`);
    }
    const [ask, number] = opened[0];
    events.forEach((event) => views.push({ where: `${file}: ${event}`, text: ask(`${number} ${event}`) }));
  }
  return views;
}

/** Recordings in which errors of rounding are the subject: these differ with the last bit of an exponential. */
const ROUNDING = new Set(["steps.txt"]);

/** The first difference of two values, if there is one; `loose` where they show errors of rounding. */
function difference(one, other, loose, at = "") {
  if (typeof one === "number" && typeof other === "number") {
    const allowed = loose ? 0.2 * Math.abs(one) : 1e-6 * Math.max(1, Math.abs(one));
    const near = Math.abs(one - other) <= allowed;
    return near ? undefined : `${at}: ${one} and ${other}`;
  }
  if (typeof one === "string" && typeof other === "string") {
    return textDifference(one, other, loose, at);
  }
  if (one === null || other === null || typeof one !== "object" || typeof other !== "object") {
    return one === other ? undefined : `${at}: ${one} and ${other}`;
  }
  for (const key of new Set([...Object.keys(one), ...Object.keys(other)])) {
    const found = difference(one[key], other[key], loose, `${at}.${key}`);
    if (found) {
      return found;
    }
  }
  return undefined;
}

const NUMBER = /-?\d+(?:\.\d+)?(?:e[-+]?\d+)?/g;

function textDifference(one, other, loose, at) {
  if (one === other) {
    return undefined;
  }
  if (at.endsWith(".shades")) {
    const far = one.match(/../g).some((pair, k) => {
      return Math.abs(parseInt(pair, 16) - parseInt(other.slice(2 * k, 2 * k + 2), 16)) > 1;
    });
    return far || one.length !== other.length ? `${at}: other pixels` : undefined;
  }
  const [ours, theirs] = [one, other].map((text) => text.match(NUMBER)?.map(Number) ?? []);
  const isPicture = /\.attributes\./.test(at);
  const near = ours.every((number, k) => {
    const allowed = isPicture ? (loose ? 4 : 0.101) : (loose ? 1 : 1e-6) * Math.max(1, Math.abs(number));
    return Math.abs(number - theirs[k]) <= allowed;
  });
  const same = one.replace(NUMBER, "#") === other.replace(NUMBER, "#");
  return same && near ? undefined : `${at}: “${one.slice(0, 200)}” and “${other.slice(0, 200)}”`;
}

const expected = readFileSync(native, "utf8").trim().split("\n");
let failed = expected.length < 2;
for (const folder of folders) {
  const views = await replay(folder);
  let equal = 0;
  if (views.length !== expected.length) {
    console.log(`error: ${folder}: ${views.length} views, natively ${expected.length}`);
    failed = true;
  }
  views.forEach(({ where, text }, index) => {
    const loose = ROUNDING.has(where.split(":")[0]);
    const found = text.startsWith("!")
      ? text
      : difference(JSON.parse(expected[index] ?? "null"), JSON.parse(text), loose);
    if (found) {
      console.log(`error: ${folder}: ${where}: natively and in the module differ at ${found}`);
      failed = true;
    } else {
      equal += text === expected[index] ? 1 : 0;
    }
  });
  console.log(`${folder}: ${views.length} views agree with native ones, ${equal} to the letter`);
}
process.exitCode = failed ? 1 : 0;
