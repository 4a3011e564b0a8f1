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
// does not scroll must not cost a key press.
(function reachWhatScrolls() {
  const scrollers = document.querySelectorAll("pre > code, .formula-math, .table-wrapper");
  const update = (scroller) => {
    if (scroller.scrollWidth > scroller.clientWidth) {
      scroller.tabIndex = 0;
    } else {
      scroller.removeAttribute("tabindex");
    }
  };
  const observer = new ResizeObserver((entries) => {
    entries.forEach((entry) => update(entry.target));
  });
  scrollers.forEach((scroller) => observer.observe(scroller));
})();
