// What is wrong with the book, and how it is told.

/**
 * A problem: the page, the view in which it was seen (such as "navy 390"; empty if it does not
 * depend on one), and a sentence that says what was expected and found.
 */
export function problem(page, view, text) {
  return { page, view, text };
}

/** All problems by page; what was seen in several views is told once. */
export function report(problems) {
  if (problems.length === 0) {
    return "No problem found.";
  }
  const views = new Map();
  for (const { page, view, text, source } of problems) {
    const line = JSON.stringify([page, text, source]);
    views.set(line, [...(views.get(line) ?? []), view]);
  }
  const lines = [...views].map(([line, seen]) => {
    const [page, text, source] = JSON.parse(line);
    const where = [...new Set(seen)].filter((view) => view !== "").join(", ");
    return `error: ${page}${where && ` [${where}]`}: ${text}${source ? ` (${source})` : ""}`;
  });
  lines.sort();
  const count = lines.length === 1 ? "1 problem." : `${lines.length} problems.`;
  return [...lines, count].join("\n");
}
