// What is looked at inside a page. `inspect` runs in the browser, so it uses nothing from outside.

/**
 * Gives sentences about what is wrong with the page as it is shown now, and facts for the checks
 * of the whole book: ids, links, and the texts of formulas and figures.
 */
export function inspect() {
  const complaints = [];
  const complain = (text) => complaints.push(text);
  const main = document.querySelector("main") ?? document.body;

  const shown = (element) =>
    element.checkVisibility({ opacityProperty: false, visibilityProperty: true });

  /** A short way to say which element is meant. */
  const name = (element) => {
    const owner = element.closest("[id]");
    const own = element.id ? "" : element.tagName.toLowerCase();
    const kind = element.id ? "" : [...element.classList].map((word) => `.${word}`).join("");
    const text = element.textContent.trim().replace(/\s+/g, " ").slice(0, 30);
    return `${owner ? `#${owner.id} ` : ""}${own}${kind}${text && ` "${text}"`}`;
  };

  // --- nothing is wider than the screen, nothing is cut off -------------------------------------

  const screen = document.documentElement.clientWidth;

  const checkWidth = () => {
    const found = document.documentElement.scrollWidth;
    if (found > screen) {
      complain(`expected a page no wider than the screen (${screen}), found ${found}`);
    }
    const seen = [];
    for (const element of document.body.querySelectorAll("*")) {
      if (element.closest("svg, math") !== null && !element.matches("svg, math")) {
        continue;
      }
      const box = element.getBoundingClientRect();
      const over = box.right > screen + 1 || box.left < -1;
      if (!over || box.width <= 1 || box.height <= 1 || !shown(element) || mayStickOut(element)) {
        continue;
      }
      if (!seen.some((outer) => outer.contains(element))) {
        seen.push(element);
        const [left, right] = [Math.round(box.left), Math.round(box.right)];
        complain(
          `expected everything between 0 and ${screen}, found ${name(element)} from ${left} to ${right}`,
        );
      }
    }
  };

  /** Whether a part of the text scrolls by itself around this element, or it waits off screen. */
  const mayStickOut = (element) => {
    if (element.closest(".sidebar, .sidebar-resize-handle, #mdbook-help-container")) {
      return true;
    }
    for (let outer = element.parentElement; main.contains(outer); outer = outer.parentElement) {
      if (outer !== main && ["auto", "scroll"].includes(getComputedStyle(outer).overflowX)) {
        return true;
      }
    }
    return false;
  };

  /** A table that scrolls on a phone hides its last columns. */
  const checkTables = () => {
    for (const wrapper of main.querySelectorAll(".table-wrapper")) {
      const [found, room] = [wrapper.scrollWidth, wrapper.clientWidth];
      if (room > 0 && found > room + 1) {
        complain(`expected a table no wider than the screen (${room}), found ${found} in ${name(wrapper)}`);
      }
    }
  };

  const checkCut = () => {
    for (const element of document.body.querySelectorAll("main *, .menu-title")) {
      const { overflowX } = getComputedStyle(element);
      const clips = ["hidden", "clip"].includes(overflowX) && element.namespaceURI.endsWith("xhtml");
      if (clips && element.clientWidth > 1 && element.scrollWidth > element.clientWidth + 1) {
        complain(`expected nothing cut off, found ${name(element)}`);
      }
    }
    for (const svg of main.querySelectorAll("svg[role=img]")) {
      const frame = svg.getBoundingClientRect();
      for (const text of svg.querySelectorAll("text")) {
        const box = text.getBoundingClientRect();
        const out = Math.max(
          frame.left - box.left,
          box.right - frame.right,
          frame.top - box.top,
          box.bottom - frame.bottom,
        );
        if (shown(svg) && box.width > 0 && out > 1.5) {
          const by = out.toFixed(1);
          complain(`expected all labels inside their figure, found ${name(text)} out by ${by} px`);
        }
      }
    }
  };

  // --- formulas ---------------------------------------------------------------------------------

  const checkFormulas = () => {
    for (const math of document.querySelectorAll("math")) {
      const box = math.getBoundingClientRect();
      if (math.namespaceURI !== "http://www.w3.org/1998/Math/MathML") {
        complain(`expected MathML, found ${name(math)} in the namespace ${math.namespaceURI}`);
      } else if (shown(math) && (box.width < 1 || box.height < 1)) {
        complain(`expected a formula of some size, found ${name(math)} of ${box.width} × ${box.height}`);
      }
    }
    for (const error of document.querySelectorAll("merror")) {
      complain(`expected no error in a formula, found ${name(error)}`);
    }
    for (const formula of document.querySelectorAll(".formula, .formula-math, .inline-math")) {
      if (!formula.querySelector("math")) {
        complain(`expected MathML in every formula, found none in ${name(formula)}`);
      }
    }
    for (const face of document.fonts) {
      if (face.status === "error") {
        complain(`expected all fonts to load, found an error in "${face.family}"`);
      }
    }
    checkRawText();
  };

  /** LaTeX and directives that nobody expanded. */
  const checkRawText = () => {
    const walker = document.createTreeWalker(main, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const { textContent: text, parentElement: parent } = walker.currentNode;
      const raw = text.match(/\$[^$]*\$?|\\[a-zA-Z]{2,}|\{\{[#\w]/);
      if (raw && !parent.closest("pre, code, script, style, title, desc, .value")) {
        const found = raw[0].slice(0, 40).trim();
        complain(`expected no raw LaTeX, dollar sign or directive, found \`${found}\` in ${name(parent)}`);
      }
    }
  };

  // --- figures ----------------------------------------------------------------------------------

  /** On a phone, labels keep a size that can be read; what is too wide for it scrolls. */
  const checkLabels = () => {
    const LEAST = 11;
    for (const svg of screen > 400 ? [] : main.querySelectorAll("figure > svg[role=img]")) {
      const sizes = [...svg.querySelectorAll("text")].map((text) => {
        return (text.getScreenCTM()?.a ?? 1) * parseFloat(getComputedStyle(text).fontSize);
      });
      const least = Math.min(...sizes);
      if (shown(svg) && least < LEAST) {
        complain(`expected labels of ${LEAST} px, found ${least.toFixed(1)} px in ${name(svg)}`);
      }
    }
  };

  const checkFigures = () => {
    checkLabels();
    for (const svg of main.querySelectorAll("svg")) {
      // mdBook's icons stand beside a word that says the same.
      const icon = svg.closest(".fa-svg, .blockquote-tag-title, [aria-hidden=true]");
      if (icon || svg.parentElement.closest("svg")) {
        continue;
      }
      const labels = (svg.getAttribute("aria-labelledby") ?? "").split(/\s+/).filter(Boolean);
      const texts = labels.map((id) => document.getElementById(id)?.textContent.trim() ?? "");
      if (svg.getAttribute("role") !== "img") {
        complain(`expected role="img" on every figure, found ${name(svg)} without`);
      }
      for (const part of ["title", "desc"]) {
        if (!svg.querySelector(`:scope > ${part}`)?.textContent.trim()) {
          complain(`expected a <${part}> with text in every figure, found none in ${name(svg)}`);
        }
      }
      if (labels.length === 0 || texts.includes("")) {
        complain(`expected aria-labelledby to name the texts of ${name(svg)}, found "${labels.join(" ")}"`);
      }
      checkReferences(svg);
    }
    for (const image of main.querySelectorAll("img")) {
      const says = image.alt.trim();
      if (!says && image.getAttribute("role") !== "presentation") {
        complain(`expected a description of every image, found none of ${image.src}`);
      }
      if (/^(an? |the )?(image|picture|figure|photo|plot|chart|diagram|screenshot)\.?$/i.test(says)) {
        complain(`expected a description that describes, found "${says}" of ${image.src}`);
      }
    }
    for (const figure of main.querySelectorAll("figure")) {
      if (!figure.querySelector("figcaption")?.textContent.trim()) {
        complain(`expected a caption of every figure, found none of ${name(figure)}`);
      }
    }
  };

  /** What a drawing refers to, such as the path that it is clipped with, is in the page. */
  const checkReferences = (svg) => {
    for (const [, id] of svg.outerHTML.matchAll(/url\((?:&quot;|['"])?#([\w-]+)/g)) {
      if (!document.getElementById(id)) {
        complain(`expected #${id}, which ${name(svg)} refers to, found nothing`);
      }
    }
  };

  // --- ids and facts ----------------------------------------------------------------------------

  const ids = [...document.querySelectorAll("[id]")].map((element) => element.id);
  const checkIds = () => {
    const twice = new Set(ids.filter((id, index) => ids.indexOf(id) !== index));
    for (const id of twice) {
      complain(`expected every id once, found #${id} ${ids.filter((it) => it === id).length} times`);
    }
  };

  checkWidth();
  checkTables();
  checkCut();
  checkFormulas();
  checkFigures();
  checkIds();

  const spaced = (texts) => texts.map((text) => text.trim()).filter(Boolean).join(" ");
  const leaves = (math) =>
    [...math.querySelectorAll("*")]
      .filter((element) => element.childElementCount === 0)
      .map((element) => element.textContent);
  // A listing may say in a comment what a formula says; there it is to be found.
  const code = spaced([...main.querySelectorAll("pre")].flatMap((pre) => pre.textContent.split(/\s+/)));
  const anchors = [...document.querySelectorAll("a[name]")].map((anchor) => anchor.name);
  return {
    complaints,
    facts: {
      ids: [...ids, ...anchors],
      links: [...document.querySelectorAll("a[href], area[href], iframe[src]")].map((link) => ({
        text: name(link),
        address: typeof link.href === "string" ? link.href : (link.href?.baseVal ?? link.src),
        plain: link.getAttribute("href") ?? link.getAttribute("src"),
      })),
      formulas: [...main.querySelectorAll("math")]
        .map((math) => spaced(leaves(math)).replace(/\s+/g, " "))
        .filter((text) => !code.includes(text)),
      labels: [...main.querySelectorAll("svg[role=img]")].map((svg) =>
        spaced([...svg.querySelectorAll("text")].map((text) => text.textContent)),
      ),
    },
  };
}
