// Each check sees a page that is bad on purpose; one run looks at all of them.

import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";

import { checkBook, MOST_BYTES, work } from "../checks/book.mjs";
import { judge } from "../checks/pdf.mjs";
import { problem, report } from "../checks/problems.mjs";
import { lineOf, sourceOf } from "../checks/source.mjs";

/** A page on which nothing is wrong but what is put into it. */
function page(body, head = "") {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>A page</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,"><style>body { overflow-x: hidden } pre { overflow-x: auto }</style>
${head}</head><body><main><h1>A page</h1>${body}</main></body></html>`;
}

const MATH = "<math><mi>a</mi><mo>=</mo><mi>b</mi><mo>+</mo><mi>c</mi></math>";

function figure(inner = '<text x="10" y="20">epoch</text>') {
  return `<figure><svg role="img" aria-labelledby="t d" viewBox="0 0 200 50" width="200">
<title id="t">Loss</title><desc id="d">It falls.</desc>${inner}</svg><figcaption>Loss.</figcaption></figure>`;
}

function index(...bodies) {
  const docs = bodies.map((body, id) => [id, { title: "A", breadcrumbs: "A", body }]);
  const search = { index: { documentStore: { docs: Object.fromEntries(docs) } } };
  const text = JSON.stringify(search).replaceAll("\\", "\\\\").replaceAll("'", "\\'");
  return `window.search = Object.assign(window.search, JSON.parse('${text}'));`;
}

/** The bad pages: what is on each, and what must be said about it. */
const BAD = {
  "console": [page("<script>console.error('oh no')</script>"), /quiet console, found the error: oh no/],
  "exception": [page("<script>nothing.here()</script>"), /scripts without errors, found: nothing is not/],
  "host": [page("", '<link rel="stylesheet" href="https://example.org/a.css">'), /no request to another host.*example\.org/],
  "file-gone": [page("", '<link rel="stylesheet" href="gone.css">'), /expected the file .*gone\.css, found none/],
  "wide": [page('<div style="width:1500px">x</div>'), /between 0 and 1200, found .*1508/, "light 1200"],
  "wide-on-a-phone": [page('<div style="width:500px">x</div>'), /between 0 and 390/, "navy 390"],
  "wide-page": [page('<style>body{overflow:visible}</style><p style="width:1500px">x</p>'), /no wider than the screen \(1200\), found 1508/],
  "cut": [page('<p style="width:50px;overflow:hidden;white-space:nowrap">a long line of text</p>'), /nothing cut off, found p "a long line/],
  "label-cut": [page(figure('<text x="190" y="20">epoch</text>')), /labels inside their figure, found .*"epoch"/],
  "formula-of-no-size": [page("<p><math></math></p>"), /formula of some size/],
  "formula-in-html": [page("<p id='p'></p><script>p.append(document.createElement('math'))</script>"), /expected MathML, found .*math in the namespace/],
  "formula-error": [page("<p><math><merror><mtext>bad</mtext></merror></math></p>"), /no error in a formula, found merror/],
  "formula-missing": [page('<div class="formula"><div class="formula-math"></div></div>'), /MathML in every formula, found none/],
  "dollar": [page("<p>The rate $\\eta$ is small.</p>"), /no raw LaTeX.*found `\$\\eta\$`/],
  "latex": [page("<p>The rate \\eta is small.</p>"), /no raw LaTeX.*found `\\eta`/],
  "directive": [page("<p>See {{#eq loss}}.</p>"), /no raw LaTeX.*found `\{\{#`/],
  "font": [page("<p style='font-family:F'>x</p>", '<style>@font-face{font-family:F;src:url("data:font/woff2,x")}</style>'), /fonts to load, found an error in "F"/],
  "label-small": [page(figure('<text x="10" y="20" font-size="9">epoch</text>')), /labels of 11 px, found 9\.0 px/, "light 390"],
  "figure-without-role": [page(figure().replace('role="img"', "")), /role="img" on every figure/],
  "figure-without-title": [page(figure().replace("Loss</title>", "</title>")), /<title> with text in every figure/],
  "figure-without-description": [page(figure().replace("It falls.", "")), /<desc> with text in every figure/],
  "figure-unnamed": [page(figure().replace('"t d"', '"t e"')), /aria-labelledby to name the texts/],
  "figure-without-caption": [page(figure().replace("Loss.</figcaption>", "</figcaption>")), /caption of every figure/],
  "figure-without-its-clip": [page(figure('<path d="M0 0" clip-path="url(#lost)"/>')), /expected #lost, which .* refers to/],
  "image": [page('<img src="data:image/gif;base64,R0lGODlhAQABAAAAACw=">'), /description of every image/],
  "image-that-says-nothing": [page('<img alt="An image" src="data:image/gif;base64,R0lGODlhAQABAAAAACw=">'), /description that describes, found "An image"/],
  "wide-table": [page(`<div class="table-wrapper" style="overflow-x:auto" tabindex="0"><table><tr><td>${"word".repeat(30)}</td></tr></table></div>`), /table no wider than the screen \(\d+\), found/, "light 390"],
  "id-twice": [page('<p id="a">x</p><p id="a">y</p>'), /every id once, found #a 2 times/],
  "axe": [page('<button type="button"></button>'), /axe button-name/],
  "axe-in-the-dark": [
    page("<p>x</p><script>if (localStorage.getItem('mdbook-theme') === 'navy') document.body.style.cssText = 'background:#161923;color:#333'</script>"),
    /axe color-contrast/,
    "navy 1200",
  ],
  "link-dead": [page('<a href="gone.html">there</a>'), /live link at .*`gone\.html`, but there is no such file/],
  "link-to-no-place": [page('<a href="#gone">there</a>'), /live link at .*but this page has no #gone/],
  "link-to-no-place-there": [page('<a href="good.html#gone">there</a>'), /live link at .*but good\.html has no #gone/],
  "link-out": [page('<a href="../out.html">there</a>'), /live link at .*leads out of the book/],
  "heavy": [page(`<!--${"x".repeat(MOST_BYTES)}-->`), /at most 500000 bytes/],
  "fold-out-of-reach": [page('<details><summary tabindex="-1">Test</summary>x</details>'), /tabulator to reach the fold "Test"/],
  "fold-without-outline": [page('<style>summary{outline:none}</style><details><summary>Test</summary>x</details>'), /see where the keyboard is/],
  "no-way-past-the-contents": [page('<nav id="mdbook-sidebar"><a href="good.html">x</a></nav>'), /in the text after Tab and Enter, found/],
  "arrow-that-turns-the-page": [
    page(`<p id="next" tabindex="0" style="overflow-x:auto;white-space:nowrap">${"long ".repeat(400)}</p><script>addEventListener("keydown", (event) => event.key === "ArrowRight" && (location.hash = "next"))</script>`),
    /arrow key to scroll what has the focus, found .*#next/,
  ],
  "fold-that-stays-shut": [page('<details><summary onclick="return false">Test</summary>x</details>'), /enter key to unfold "Test"/],
};

const GOOD = page(`
<p id="place">Text with ${MATH} and a <a href="#place">link</a>, <a href="good.html#place">another</a>,
and one <a href="https://example.org/">elsewhere</a>.</p>
<div class="formula"><div class="formula-math">${MATH}</div></div>
<pre tabindex="0"><code>${"let x = 1; // $y$ ".repeat(40)}</code></pre>
<details><summary>Outer</summary><details><summary>Inner</summary><p>x</p></details></details>
${figure()}`);

const PAPER = page("<h2>One</h2><style>@media print { h2 { width: 900px } }</style>");

let folder;
let problems;

before(async () => {
  folder = mkdtempSync(path.join(os.tmpdir(), "bad-book-"));
  const write = (name, text) => writeFileSync(path.join(folder, name), text);
  mkdirSync(path.join(folder, "part"));
  write("good.html", GOOD);
  write("print.html", PAPER);
  write("part/deep.html", page('<a href="../good.html">good</a><p id="deep">$x$</p>'));
  write("labels.html", page(figure(["0", "0.2", "0.4", "0.6"].map((t, i) => `<text x="${40 * i}" y="20">${t}</text>`).join(""))));
  write("comment.html", page(`<p>${MATH.replaceAll("a<", "d<")}</p><pre tabindex="0"><code>/// d = b + c, rounded</code></pre>`));
  write("searchindex-0.js", index("a clean text", "its comment says d = b + c, rounded", "so a = b + c holds", "loss 0 0.2 0.4 0.6", "the batch 𝐗", "it's \"quoted\""));
  for (const [name, [text]] of Object.entries(BAD)) {
    write(`${name}.html`, text);
  }
  ({ problems } = await checkBook(folder));
});

after(() => rmSync(folder, { recursive: true, force: true }));

const said = (name) => problems.filter(({ page: on }) => on === name);

test("nothing is said about good pages", () => {
  assert.deepEqual([...said("good.html"), ...said("labels.html")], []);
});

for (const [name, [, expected, view]] of Object.entries(BAD)) {
  test(`a bad page is told: ${name}`, () => {
    const found = said(`${name}.html`);
    assert.ok(found.some(({ text }) => expected.test(text)), report(found));
    if (view) {
      const views = found.filter(({ text }) => expected.test(text)).map((one) => one.view);
      assert.ok(views.includes(view), report(found));
    }
  });
}

test("what is wrong in one view only is told for that view only", () => {
  const views = (name) => [...new Set(said(name).map(({ view }) => view))].sort();
  assert.deepEqual(views("axe-in-the-dark.html"), ["navy 1200"]);
  assert.deepEqual(views("wide-on-a-phone.html"), ["light 390", "navy 390"]);
});

test("pages in folders are looked at", () => {
  assert.match(report(said("part/deep.html")), /part\/deep\.html.*raw LaTeX/);
});

test("debris in the search index is told", () => {
  const found = report(said("searchindex-0.js"));
  for (const debris of ["a = b + c", "0 0.2 0.4 0.6", "the sign 𝐗"]) {
    assert.ok(found.includes(debris), found);
  }
  assert.match(found, /in 3 of 6 sections/);
  assert.ok(!found.includes("clean") && !found.includes("rounded") && !found.includes("quoted"), found);
});

test("what does not fit on paper is told", () => {
  assert.match(report(said("print.html")), /\[paper\].*between 0 and 627/);
});

test("a PDF without pages or without an outline is told", () => {
  const good = "%PDF-1.4 /Outlines 7 0 R /Title (One) /Dest [2 0 R] << /Type /Page >>";
  assert.deepEqual(judge(good), { complaints: [], pages: 1 });
  assert.equal(judge(good.replace("/Outlines 7 0 R", "")).complaints.length, 1);
  assert.equal(judge(good.replace("/Title (One)", "")).complaints.length, 1);
  assert.equal(judge(good.replace("/Page >>", "/Pages >>")).complaints.length, 1);
  assert.equal(judge("<html>").complaints.length, 3);
});

test("a folder without a book, an index or a page for paper is told", async () => {
  const empty = mkdtempSync(path.join(os.tmpdir(), "no-book-"));
  const told = async () => report((await checkBook(empty)).problems);
  assert.match(await told(), /run mdbook build/);
  writeFileSync(path.join(empty, "index.html"), page("<p>x</p>"));
  assert.match(await told(), /book in one page, found none[^]*searchindex….js, found none/);
  writeFileSync(path.join(empty, "searchindex.js"), "not a script(");
  assert.match(await told(), /texts, found an empty one/);
  rmSync(empty, { recursive: true });
  assert.match(await told(), /run mdbook build/);
});

test("the report tells each problem once, with all its views", () => {
  const twice = [problem("a.html", "light 390", "x"), problem("a.html", "navy 390", "x")];
  assert.equal(report(twice), "error: a.html [light 390, navy 390]: x\n1 problem.");
  assert.equal(report([]), "No problem found.");
});

test("a page that fails is tried again, and the others are looked at all the same", async () => {
  const found = [];
  let tries = 0;
  const slow = async () => {
    tries += 1;
    if (tries < 3) throw new Error("page.goto: Timeout");
  };
  const dead = async () => {
    throw new Error("page.goto: Timeout\nand more");
  };
  const good = async () => found.push(problem("good.html", "", "seen"));
  const jobs = ["a", "b", "c"].map((page, i) => ({ page, view: "390", run: [slow, dead, good][i] }));
  await work(jobs, found, { start: async () => ({ close: async () => {}, kill: async () => {} }) });
  assert.equal(tries, 3);
  assert.equal(report(found), "error: b [390]: expected to look at the page, failed 3 times: page.goto: Timeout\nerror: good.html: seen\n2 problems.");
});

test("a Chromium that answers no longer is ended, and the next page has a new one", async () => {
  const found = [];
  const ended = [];
  let started = 0;
  const start = async () => {
    const browser = (started += 1);
    return { browser, close: async () => {}, kill: async () => ended.push(browser) };
  };
  const stuck = () => new Promise(() => {});
  const good = async (browser) => found.push(problem("good.html", "", `seen in ${browser}`));
  const jobs = [stuck, good].map((run) => ({ page: "a.html", view: "390", run }));
  await work(jobs, found, { start, limit: 20 });
  assert.deepEqual(ended, [1, 2, 3]);
  assert.match(report(found), /failed 3 times: expected an answer within 0.02 s, found none[^]*good\.html: seen in 4/);
});

test("a problem names the line of Markdown", () => {
  const lines = ["# A", "", "The *rate* is 5.", "```math loss-sum", "x", "```", "> {{#figure ch05/loss}}"];
  assert.equal(lineOf(lines, 'found p "The rate is 5. It"'), 3);
  assert.equal(lineOf(lines, 'found #eq-loss-sum div "L"'), 4);
  assert.equal(lineOf(lines, "labels in #fig-ch05-loss svg"), 7);
  assert.equal(lineOf(lines, "something else"), undefined);
  const file = path.join(folder, "good.md");
  writeFileSync(file, lines.join("\n"));
  const found = { ...problem("good.html", "", 'found p "The rate"'), source: undefined };
  found.source = sourceOf(folder, found);
  assert.equal(report([found]), 'error: good.html: found p "The rate" (good.md:3)\n1 problem.');
  assert.equal(sourceOf(folder, problem("none.html", "", "x")), undefined);
});
