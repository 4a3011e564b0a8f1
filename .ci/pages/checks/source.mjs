// From a problem of an HTML page to the line of Markdown that it comes from.

import { existsSync, readFileSync } from "node:fs";
import path from "node:path";

/**
 * The file and line of Markdown behind a problem, such as "ch05_mnist/loss.md:12"; only the file if
 * no line can be told, and nothing if there is no file.
 */
export function sourceOf(folder, { page, text }) {
  const name = page.replace(/\.html$/, ".md");
  const file = folder && path.join(folder, name);
  if (!file || !existsSync(file)) {
    return undefined;
  }
  const line = lineOf(readFileSync(file, "utf8").split("\n"), text);
  return line === undefined ? name : `${name}:${line}`;
}

/** The line that names what a sentence names: a formula, a figure, or the beginning of a text. */
export function lineOf(lines, text) {
  const find = (wanted) => {
    const index = lines.findIndex(wanted);
    return index < 0 ? undefined : index + 1;
  };
  const [, kind, id] = text.match(/#(eq|fig)-([\w-]+)/) ?? [];
  if (kind === "eq") {
    return find((line) => line.trim().replace(/^[> ]+/, "") === `\`\`\`math ${id}`);
  }
  if (kind === "fig") {
    const plain = (line) => (line.match(/\{\{#(?:figure|widget) ([^} ]+)/)?.[1] ?? "").replace("/", "-");
    return find((line) => plain(line) === id);
  }
  const quoted = text.match(/"([^"]+)"/)?.[1] ?? text.match(/`([^`]+)`/)?.[1];
  const words = quoted?.split(" ").slice(0, 4).join(" ");
  return words ? find((line) => bare(line).includes(words)) : undefined;
}

/** A line as the reader sees it, without the marks of Markdown. */
function bare(line) {
  return line.replace(/<!--.*?-->/g, "").replace(/[*`$|]/g, "").replace(/\[([^\]]*)\]\([^)]*\)/g, "$1").replace(/\s+/g, " ");
}
