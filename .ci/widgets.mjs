// The widgets compute what the book says: every recorded interaction is replayed natively and in each
// given module, and all views are compared.
//
//   node .ci/widgets.mjs native.jsonl module.js [another module.js …]
//
// `native.jsonl` is what `cargo run -p book-widgets --bin replay -- book/widgets/recordings/*.txt`
// prints. Texts must be equal but for their numbers, and numbers within a millionth; a length in a
// picture, which is rounded to a tenth of a pixel, within a tenth of a pixel.

import { readFileSync, readdirSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import vm from "node:vm";

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), "..");
const folder = path.join(root, "book/widgets/recordings");
const [native, ...modules] = process.argv.slice(2);

/** The bytes that a script hands to the page. */
function bytesOf(script) {
  let bytes;
  const window = { bookWidgets: (_, base64) => (bytes = Buffer.from(base64, "base64")) };
  vm.runInNewContext(readFileSync(script, "utf8"), { window });
  return bytes;
}

async function replay(script) {
  const { instance } = await WebAssembly.instantiate(bytesOf(script), {});
  const { memory, room, answer, place, keep } = instance.exports;
  const write = (bytes) => {
    const start = room(bytes.length);
    new Uint8Array(memory.buffer, start, bytes.length).set(bytes);
  };
  const ask = (line) => {
    write(Buffer.from(line));
    const length = answer();
    return Buffer.from(new Uint8Array(memory.buffer, place(), length)).toString();
  };
  write(readFileSync(path.join(root, "book/widgets/data/digits.bin")));
  keep();
  const views = [];
  for (const file of readdirSync(folder).filter((name) => name.endsWith(".txt")).sort()) {
    const [name, ...events] = readFileSync(path.join(folder, file), "utf8").trim().split("\n");
    const number = ask(`open ${name}`);
    events.forEach((event) => views.push({ where: `${file}: ${event}`, text: ask(`${number} ${event}`) }));
  }
  return views;
}

/** The first difference of two values, if there is one. */
function difference(one, other, at = "") {
  if (typeof one === "number" && typeof other === "number") {
    const near = Math.abs(one - other) <= 1e-6 * Math.max(1, Math.abs(one));
    return near ? undefined : `${at}: ${one} and ${other}`;
  }
  if (typeof one === "string" && typeof other === "string") {
    return textDifference(one, other, at);
  }
  if (one === null || other === null || typeof one !== "object" || typeof other !== "object") {
    return one === other ? undefined : `${at}: ${one} and ${other}`;
  }
  for (const key of new Set([...Object.keys(one), ...Object.keys(other)])) {
    const found = difference(one[key], other[key], `${at}.${key}`);
    if (found) {
      return found;
    }
  }
  return undefined;
}

const NUMBER = /-?\d+(?:\.\d+)?(?:e[-+]?\d+)?/g;

function textDifference(one, other, at) {
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
    const allowed = isPicture ? 0.101 : 1e-6 * Math.max(1, Math.abs(number));
    return Math.abs(number - theirs[k]) <= allowed;
  });
  const same = one.replace(NUMBER, "#") === other.replace(NUMBER, "#");
  return same && near ? undefined : `${at}: “${one.slice(0, 200)}” and “${other.slice(0, 200)}”`;
}

const expected = readFileSync(native, "utf8").trim().split("\n");
let failed = expected.length < 2;
for (const script of modules) {
  const views = await replay(script);
  let equal = 0;
  if (views.length !== expected.length) {
    console.log(`error: ${script}: ${views.length} views, natively ${expected.length}`);
    failed = true;
  }
  views.forEach(({ where, text }, index) => {
    const found = text.startsWith("!")
      ? text
      : difference(JSON.parse(expected[index] ?? "null"), JSON.parse(text));
    if (found) {
      console.log(`error: ${script}: ${where}: natively and in the module differ at ${found}`);
      failed = true;
    } else {
      equal += text === expected[index] ? 1 : 0;
    }
  });
  console.log(`${script}: ${views.length} views agree with native ones, ${equal} to the letter`);
}
process.exitCode = failed ? 1 : 0;
