// What style sheets cannot do: mends of mdBook's own page for the keyboard and for screen readers.
// The book reads well without this script.
"use strict";

// Everything on a page belongs to a landmark, and every field has a name.
(function nameParts() {
  document.getElementById("mdbook-menu-bar")?.setAttribute("role", "banner");
  document.getElementById("mdbook-search-wrapper")?.setAttribute("role", "search");
  document.getElementById("mdbook-searchbar")?.setAttribute("aria-label", "Search this book");
})();

// mdBook opens the table of contents with the label of a hidden box, which the keyboard cannot
// reach. A button takes its place and hands every press on to it.
(function mendContentsButton() {
  const label = document.getElementById("mdbook-sidebar-toggle");
  if (!label) {
    return;
  }
  const button = document.createElement("button");
  button.type = "button";
  button.className = label.className;
  button.title = label.title;
  button.setAttribute("aria-label", label.getAttribute("aria-label"));
  button.setAttribute("aria-controls", label.getAttribute("aria-controls"));
  button.append(...label.childNodes);
  button.addEventListener("click", () => label.click());

  const copyState = () => {
    button.setAttribute("aria-expanded", label.getAttribute("aria-expanded"));
  };
  copyState();
  new MutationObserver(copyState).observe(label, { attributeFilter: ["aria-expanded"] });
  label.hidden = true;
  label.after(button);
})();

// What scrolls sideways can be scrolled with the arrow keys, so the keyboard must reach it; what
// does not scroll must not cost a key press. The style sheet shows where it goes on.
const watch = (() => {
  const update = (scroller) => {
    const hidden = scroller.scrollWidth - scroller.clientWidth;
    if (hidden > 0) {
      scroller.tabIndex = 0;
    } else {
      scroller.removeAttribute("tabindex");
    }
    const { scrollLeft } = scroller;
    scroller.classList.toggle("more-before", hidden > 0 && scrollLeft > 1);
    scroller.classList.toggle("more-after", hidden > 0 && hidden - scrollLeft > 1);
  };
  const observer = new ResizeObserver((entries) => {
    entries.forEach((entry) => update(entry.target));
  });
  const watched = new Set();
  addEventListener("load", () => document.fonts.ready.then(() => watched.forEach(update)));
  return (scroller) => {
    if (!watched.has(scroller)) {
      watched.add(scroller);
      scroller.addEventListener("scroll", () => update(scroller), { passive: true });
      observer.observe(scroller);
    }
  };
})();
document.querySelectorAll("pre > code, .formula-math, .table-wrapper").forEach(watch);

// In a line of text, code goes on in the next line after a blank or a slash, and nowhere else.
(function keepCodeTogether() {
  const LONGEST = 20; // letters, which fit on a line of the narrowest screen
  const unbroken = (text) => {
    const span = document.createElement("span");
    span.className = "unbroken";
    span.textContent = text;
    return span;
  };
  const parted = (text) => {
    const part = text.length > LONGEST || text === " " ? text : unbroken(text);
    return /\/$|::$/.test(text) ? [part, document.createElement("wbr")] : [part];
  };
  for (const code of document.querySelectorAll("main :not(pre) > code")) {
    const text = code.textContent;
    if (code.childElementCount > 0 || /^\w*$/.test(text)) {
      continue;
    }
    const parts = text.length > LONGEST ? text.match(/ |[^ ]+?(?:\/|::|(?= )|$)/g) : [text];
    code.replaceChildren(...parts.flatMap(parted));
  }
})();

// Formulas that browsers set too wide, or that are too wide for the page.
(function fitFormulas() {
  // Chromium keeps room after a root for the largest sign that its font has.
  const closeGaps = () => {
    const roots = [...document.querySelectorAll("msqrt:not([style])")];
    const gaps = roots.map((root) => {
      const end = root.lastElementChild.getBoundingClientRect().right;
      const gap = root.getBoundingClientRect().right - end;
      return gap / parseFloat(getComputedStyle(root).fontSize);
    });
    roots.forEach((root, index) => {
      if (gaps[index] > 0.02) {
        root.style.marginInlineEnd = `${-gaps[index].toFixed(3)}em`;
      }
    });
  };

  const columnOf = (element) => {
    let block = element.parentElement;
    while (getComputedStyle(block).display === "inline") {
      block = block.parentElement;
    }
    const { paddingLeft, paddingRight } = getComputedStyle(block);
    return block.clientWidth - parseFloat(paddingLeft) - parseFloat(paddingRight);
  };
  const isLong = (span) => {
    const { width } = span.getBoundingClientRect();
    return width > 200 && width > columnOf(span) + 1;
  };

  // The parts of an expression, each up to a relation or a comma that stands in no bracket.
  const partsOf = (math) => {
    const parts = [[]];
    let depth = 0;
    for (const child of [...math.children]) {
      parts.at(-1).push(child);
      const base = /^msu[bp]/.test(child.localName) ? child.firstElementChild : child;
      const sign = base.localName === "mo" ? base.textContent : "";
      depth += /^[([{]$/.test(sign) - /^[)\]}]$/.test(sign);
      if (depth === 0 && /^[=≈<>≤≥≠≡∼∝≪≫∈→⇒⇔,]$/.test(sign)) {
        child.setAttribute("form", sign === "," ? "postfix" : "infix");
        parts.push([]);
      }
    }
    return parts.filter((part) => part.length > 0);
  };

  // Parts an expression in a sentence, so that a line may end in it; gives the pieces.
  const part = (span) => {
    const math = span.querySelector(":scope > math");
    const parts = partsOf(math);
    if (parts.length < 2) {
      return [span];
    }
    const nodes = [...span.childNodes];
    const place = nodes.indexOf(math);
    const pieces = parts.map((signs) => {
      const [piece, copy] = [span.cloneNode(), math.cloneNode()];
      copy.append(...signs);
      piece.append(copy);
      return piece;
    });
    pieces[0].prepend(...nodes.slice(0, place));
    pieces.at(-1).append(...nodes.slice(place + 1));
    const mayBreak = () => document.createElement("wbr");
    span.replaceChildren(...pieces.flatMap((piece) => [mayBreak(), piece]).slice(1));
    span.classList.add("parted");
    return pieces;
  };

  const breakLines = () => {
    const spans = [...document.querySelectorAll("main .inline-math:not(.parted)")];
    spans.forEach((span) => span.classList.remove("wide"));
    const pieces = spans.filter(isLong).flatMap(part);
    pieces.filter(isLong).forEach((piece) => {
      piece.classList.add("wide");
      watch(piece);
    });
  };

  const fit = () => {
    closeGaps();
    breakLines();
  };
  addEventListener("load", () => document.fonts.ready.then(fit));
  addEventListener("resize", fit);
  addEventListener("toggle", fit, { capture: true });
})();
