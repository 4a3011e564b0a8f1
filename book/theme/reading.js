// What style sheets cannot do: mends of mdBook's own page for the keyboard and for screen readers.
// The book reads well without this script.
"use strict";

// Everything on a page belongs to a landmark, and every field has a name.
(function nameParts() {
  document.getElementById("mdbook-menu-bar")?.setAttribute("role", "banner");
  document.getElementById("mdbook-search-wrapper")?.setAttribute("role", "search");
  document.getElementById("mdbook-searchbar")?.setAttribute("aria-label", "Search this book");
})();

// The book on paper: chapters begin on a new sheet and have their title at its head, a page of
// contents follows the title, and solutions stand at the end.
(function preparePaper() {
  const main = document.querySelector("main");
  const isBreak = (element) => element.style.breakBefore === "page";
  if (!main || ![...main.children].some(isBreak)) {
    return;
  }
  const create = (name, className, ...children) => {
    const element = document.createElement(name);
    element.className = className;
    element.append(...children);
    return element;
  };
  const link = (id, text) => {
    const anchor = create("a", "", text);
    anchor.href = `#${id}`;
    return anchor;
  };

  // A chapter is a part, and so is every other page. What is of another part begins a new sheet.
  main.classList.add("paper");
  main.querySelectorAll(".page-cards, .chapter-pages").forEach((ways) => ways.remove());
  const rules = [];
  const entries = [];
  const solutions = [];
  const font = '9pt "Source Sans 3", sans-serif';
  const addPart = (title) => {
    const name = `part-${rules.length}`;
    const head = title.replace(/["\\]/g, "");
    rules.push(`@page ${name} { @top-left { content: "${head}"; font: ${font}; } }`);
    return name;
  };
  const pages = [[]];
  for (const element of [...main.children]) {
    if (isBreak(element)) {
      element.remove();
      pages.push([]);
    } else {
      pages.at(-1).push(element);
    }
  }
  let part;
  pages.slice(1).forEach((elements) => {
    const find = (selector) => elements.find((element) => element.matches(selector));
    const [title, above] = [find("h1"), find(".page-above")];
    const number = above?.textContent.split("›").at(-1).trim().replace("Chapter ", "") ?? "";
    const inner = number.includes(".");
    const words = `${number} ${title?.textContent.trim() ?? ""}`.trim();
    if (!inner || !part) {
      part = addPart(words);
    }
    elements.forEach((element) => {
      element.style.page = part;
      element.querySelectorAll("details.solution").forEach((solution) => {
        solutions.push([solution, words]);
      });
    });
    if (title) {
      entries.push(create("li", inner ? "inner" : "", link(title.id, words)));
    }
  });

  if (solutions.length > 0) {
    const title = create("h1", "", "Solutions");
    title.id = "paper-solutions";
    entries.push(create("li", "", link(title.id, title.textContent)));
    const end = create("section", "", title);
    end.style.page = addPart(title.textContent);
    solutions.forEach(([solution, page], index) => {
      const file = solution.querySelector(".path")?.textContent.split("/").at(-1) ?? "";
      const head = create("h2", "", `${page}: ${file}`);
      head.id = `paper-solution-${index}`;
      const pointer = ["A ", link(head.id, "solution"), " stands at the end of the book."];
      solution.replaceWith(create("p", "", ...pointer));
      solution.open = true;
      end.append(head, solution);
    });
    main.append(end);
  }

  const title = create("h1", "", "Contents");
  title.id = "paper-contents";
  const contents = create("section", "paper-contents", title, create("ul", "", ...entries));
  contents.style.page = addPart("");
  pages[0].at(-1).after(contents);
  document.head.append(create("style", "", rules.join("\n")));
})();

// The first press of the tabulator offers a way past the contents and the menu.
(function offerSkipLink() {
  const main = document.querySelector("main");
  if (!main) {
    return;
  }
  main.id ||= "text";
  main.tabIndex = -1;
  const link = document.createElement("a");
  link.className = "skip-link";
  link.href = `#${main.id}`;
  link.textContent = "Skip to the text";
  link.addEventListener("click", (event) => {
    event.preventDefault();
    main.focus();
  });
  document.body.prepend(link);
})();

// The bar says where one is; the title of the page is its only h1. The arrows at the sides say
// where they lead.
(function sayWhere() {
  const bar = document.querySelector("h1.menu-title");
  const above = document.querySelector("main > .page-above");
  const title = document.querySelector("main h1");
  if (!bar) {
    return;
  }
  const place = document.createElement("div");
  place.className = bar.className;
  place.textContent = bar.textContent;
  if (above && title) {
    const inner = above.querySelector("a");
    const number = above.textContent.split("›").at(-1).trim();
    const [chapter, page] = [document.createElement("span"), document.createElement("span")];
    chapter.className = "menu-chapter";
    chapter.textContent = inner ? `${inner.textContent} › ` : "";
    page.textContent = `${number.replace("Chapter ", "")} ${title.textContent.trim()}`;
    place.replaceChildren(chapter, page);
  }
  bar.replaceWith(place);
  for (const [rel, words] of [["prev", "Previous"], ["next", "Next"]]) {
    const name = document.querySelector(`.page-cards a[rel=${rel}] .card-title`)?.textContent;
    document.querySelectorAll(`:is(.nav-wrapper, .nav-wide-wrapper) a[rel~=${rel}]`).forEach((link) => {
      link.title = name ? `${words}: ${name}` : `${words} page`;
      link.setAttribute("aria-label", link.title);
    });
  }
})();

// The contents tell a screen reader, too, which page is open.
document.querySelector("#mdbook-sidebar a.active")?.setAttribute("aria-current", "page");

// The arrow keys turn the page only where nothing else has the focus: in a listing that scrolls, on
// a fold or a button they do what they do everywhere.
document.body.addEventListener("keydown", (event) => {
  const sideways = event.key === "ArrowLeft" || event.key === "ArrowRight";
  if (sideways && document.activeElement !== document.body) {
    event.stopPropagation();
  }
});

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
  // What hides nothing but its own margin need not scroll.
  const SNUG = 13;
  const hiddenOf = (scroller) => scroller.scrollWidth - scroller.clientWidth;
  // All are measured before one is changed: a long page is laid out once.
  const update = (scrollers) => {
    scrollers.forEach((scroller) => scroller.classList.remove("snug"));
    const hidden = scrollers.map(hiddenOf);
    const lefts = scrollers.map((scroller) => scroller.scrollLeft);
    scrollers.forEach((scroller, index) => {
      const snug = hidden[index] > 0 && hidden[index] <= SNUG && scroller.matches("pre > code");
      scroller.classList.toggle("snug", snug);
      mark(scroller, snug ? 0 : hidden[index], lefts[index]);
    });
  };
  const mark = (scroller, hidden, scrollLeft) => {
    if (hidden > 0) {
      scroller.tabIndex = 0;
    } else {
      scroller.removeAttribute("tabindex");
    }
    scroller.classList.toggle("more-before", hidden > 0 && scrollLeft > 1);
    scroller.classList.toggle("more-after", hidden > 0 && hidden - scrollLeft > 1);
  };
  const observer = new ResizeObserver((entries) => {
    update(entries.map((entry) => entry.target));
  });
  const watched = new Set();
  addEventListener("load", () => document.fonts.ready.then(() => update([...watched])));
  return (scroller) => {
    if (!watched.has(scroller)) {
      watched.add(scroller);
      scroller.addEventListener("scroll", () => mark(scroller, hiddenOf(scroller), scroller.scrollLeft), { passive: true });
      observer.observe(scroller);
    }
  };
})();
document.querySelectorAll("main :is(pre > code, .formula-math, .table-wrapper, .figure)").forEach(watch);

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

// A paragraph that is nothing but a formula.
document.querySelectorAll("main p > .inline-math:only-child").forEach((math) => {
  const isAll = math.parentElement.textContent.trim() === math.textContent.trim();
  math.parentElement.classList.toggle("lone-math", isAll);
});

// Short arithmetic, shapes and names with a number stay on one line.
(function keepNumbersTogether() {
  const LONGEST = 22; // letters
  const NUMBER = String.raw`−?[½¼¾]|−?\d[\d.,]*(?:[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)?%?`;
  const sum = String.raw`(?:${NUMBER})(?: [·+−=≈×/] (?:${NUMBER}))+`;
  const shape = String.raw`\[[\w·]+(?: [×·] [\w·]+)+\]`;
  const named = String.raw`\b[Cc]hapters? \d+|\b(?:CIFAR|LAION|GPT|ResNet)-\w+`;
  const together = new RegExp(`${sum}|${shape}|${named}`, "gu");
  const skipped = "pre, code, math, svg, a, .value, .widget, .formula, .unbroken, script, style";
  const walker = document.createTreeWalker(
    document.querySelector("main") ?? document.body,
    NodeFilter.SHOW_TEXT,
  );
  const found = [];
  while (walker.nextNode()) {
    const node = walker.currentNode;
    if (node.textContent.search(together) >= 0 && !node.parentElement.closest(skipped)) {
      found.push(node);
    }
  }
  for (const node of found) {
    const parts = [];
    let done = 0;
    for (const match of node.textContent.matchAll(together)) {
      if (match[0].length <= LONGEST) {
        const span = document.createElement("span");
        span.className = "unbroken";
        span.textContent = match[0];
        parts.push(node.textContent.slice(done, match.index), span);
        done = match.index + match[0].length;
      }
    }
    node.replaceWith(...parts, node.textContent.slice(done));
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

// Notes at the spot: what a measured number rests on, what a term means, which formula a number
// names, what a letter of a formula stands for. By mouse, by finger, and by the keyboard.
(function showNotes() {
  const main = document.querySelector("main");
  if (!main || document.querySelector("main.paper")) {
    return;
  }
  const box = document.createElement("div");
  box.id = "reading-note";
  box.className = "note";
  box.setAttribute("role", "tooltip");
  box.hidden = true;
  main.append(box);
  let owner;
  let timer;

  // Without this script a number has the browser's own note, which neither finger nor key finds.
  for (const value of document.querySelectorAll("main .value[title]")) {
    value.dataset.note = value.title;
    value.removeAttribute("title");
    if (!value.closest("a, summary, button, label")) {
      value.tabIndex = 0;
      value.setAttribute("role", "button");
    }
  }

  // What the letters of a formula stand for is listed in its fold.
  const meaning = (letter) => {
    const terms = letter.closest(".formula")?.querySelectorAll(".symbols > div") ?? [];
    return [...terms].find(
      (term) => term.querySelector("dt mi")?.textContent === letter.textContent,
    );
  };

  // What stands in the note of an element: text or nodes, or nothing.
  const noteOf = (element) => {
    if (element.dataset.note) {
      return [element.dataset.note];
    }
    if (element.matches(".formula-link")) {
      const here = element.getAttribute("href").startsWith("#");
      const formula = here && document.querySelector(element.hash)?.querySelector(".formula-math");
      if (formula) {
        return [formula.querySelector("math").cloneNode(true)];
      }
      const template = document.createElement("template");
      template.innerHTML = element.dataset.math ?? "";
      return [...template.content.childNodes];
    }
    const term = element.matches("mi") && meaning(element);
    return term ? [...term.querySelector("dd").cloneNode(true).childNodes] : [];
  };

  const hide = () => {
    clearTimeout(timer);
    owner?.removeAttribute("aria-describedby");
    owner = undefined;
    box.hidden = true;
  };

  const show = (element) => {
    if (owner === element) {
      return;
    }
    const note = noteOf(element);
    hide();
    if (note.length === 0) {
      return;
    }
    owner = element;
    box.replaceChildren(...note);
    box.hidden = false;
    element.setAttribute("aria-describedby", box.id);
    place();
  };

  const place = () => {
    const [at, size] = [owner.getClientRects()[0], box.getBoundingClientRect()];
    const width = document.documentElement.clientWidth;
    const left = Math.min(at.left, width - size.width - 8);
    const above = at.top - size.height - 8;
    box.style.left = `${Math.max(8, left)}px`;
    box.style.top = `${above > 60 ? above : at.bottom + 8}px`;
  };

  const NOTED = ".value[data-note], a[data-note], a.formula-link, .formula-math mi";
  const noted = (event) => event.target.closest?.(NOTED);
  main.addEventListener("pointerover", (event) => {
    const element = noted(event);
    if (event.pointerType === "mouse" && element) {
      clearTimeout(timer);
      timer = setTimeout(() => show(element), 150);
    }
  });
  main.addEventListener("pointerout", (event) => {
    if (event.pointerType === "mouse" && document.activeElement !== owner) {
      hide();
    }
  });
  main.addEventListener("focusin", (event) => {
    const element = noted(event);
    if (element?.matches(":focus-visible")) {
      show(element);
    }
  });
  main.addEventListener("focusout", hide);
  // What the keyboard has reached is often scrolled into sight first.
  const follow = () => (owner && owner === document.activeElement ? place() : hide());
  addEventListener("scroll", follow, { passive: true });
  addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      hide();
    } else if (owner?.matches(".value") && (event.key === " " || event.key === "Enter")) {
      event.preventDefault();
    }
  });
  // A finger opens the note; a second tap follows the link.
  let finger = false;
  addEventListener("pointerdown", (event) => (finger = event.pointerType !== "mouse"));
  addEventListener("click", (event) => {
    const element = noted(event);
    if (!element) {
      hide();
    } else if (!element.matches("a")) {
      show(element);
    } else if (finger && owner !== element) {
      show(element);
      if (owner === element) {
        event.preventDefault();
      }
    }
  });
})();

// Search: a Greek letter is searched by its name, a page comes before a list that only names it, and
// no title stands twice.
(function mendSearch() {
  const prototype = window.elasticlunr?.Index?.prototype;
  if (!prototype) {
    return;
  }
  const NAMES = (
    "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho sigma " +
    "sigma tau upsilon phi chi psi omega"
  ).split(" ");
  const named = (letter) => ` ${NAMES[letter.toLowerCase().codePointAt(0) - 0x3b1]} `;
  const LISTS = /^(References|All formulas|Notation|Glossary|Errata)/;
  const { search } = prototype;
  prototype.search = function searchBetter(term, options) {
    const results = search.call(this, term.replace(/[α-ωΑ-Ω]/g, named), options);
    const wanted = term.trim().toLowerCase();
    for (const result of results) {
      const parts = result.doc.breadcrumbs.split(" » ");
      if (parts.length > 1 && parts.at(-1) === parts.at(-2)) {
        parts.pop();
      }
      result.doc.breadcrumbs = parts.join(" » ");
      const title = parts.at(-1).toLowerCase().replace(/^[\d.]+ /, "");
      result.score *= (LISTS.test(parts[0]) ? 0.2 : 1) * (title === wanted ? 4 : 1);
    }
    return results.sort((one, other) => other.score - one.score);
  };

  const header = document.getElementById("mdbook-searchresults-header");
  if (!header) {
    return;
  }
  header.setAttribute("role", "status");
  new MutationObserver(() => {
    if (/^No search results/.test(header.textContent) && header.childElementCount === 0) {
      const link = document.createElement("a");
      link.href = `${window.path_to_root ?? path_to_root}glossary.html`;
      link.textContent = "glossary";
      header.append(" Fewer or other words may help; the ", link, " has the terms of the book.");
    }
  }).observe(header, { childList: true });
})();

// Long lists get a field that narrows them.
(function filterLists() {
  const lists = [
    ["table.formulas", "tbody tr", "Find a formula by its name, number or test"],
    ["table.notation", "tbody tr", "Find a symbol by its meaning or name"],
    ["dl.glossary", ":scope > div", "Find a term, in English or Chinese"],
  ];
  for (const [which, rows, words] of lists) {
    const all = [...document.querySelectorAll(`main ${which}`)];
    if (all.length === 0 || document.querySelector("main.paper")) {
      continue;
    }
    const [form, label, field, count] = ["div", "label", "input", "span"].map((name) =>
      document.createElement(name),
    );
    form.className = "list-filter";
    label.textContent = words;
    field.type = "search";
    count.setAttribute("role", "status");
    label.append(field);
    form.append(label, count);
    const first = all[0].closest(".list-section") ?? all[0].closest(".table-wrapper") ?? all[0];
    first.before(form);
    const sections = [...document.querySelectorAll("main .list-section")];
    const items = all.flatMap((list) => [...list.querySelectorAll(rows)]);
    const texts = items.map((item) => item.textContent.toLowerCase());
    field.addEventListener("input", () => {
      const wanted = field.value.trim().toLowerCase().split(/\s+/);
      items.forEach((item, index) => {
        item.hidden = !wanted.every((word) => texts[index].includes(word));
      });
      sections.forEach((section) => {
        section.hidden = !section.querySelector(`:is(${which}) :is(tr, div):not([hidden], thead tr)`);
      });
      const left = items.filter((item) => !item.hidden).length;
      count.textContent = field.value.trim() === "" ? "" : left === 0 ? "Nothing found." : `${left} found`;
    });
  }
})();
