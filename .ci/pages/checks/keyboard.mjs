// A reader without a mouse: the tabulator reaches every fold, and the enter key unfolds it.

/** More key presses than this, and the keyboard is caught somewhere. */
const PATIENCE = 5000;

/** Sentences about what the keyboard does not reach, unfold, show or scroll. */
export async function keyboard(tab) {
  const complaints = await skipLink(tab);
  const folds = await tab.evaluate(() => {
    // A widget may come alive on the way and draw its fold anew; its own check tries its controls.
    const summaries = [...document.querySelectorAll("details:not(.widget-more) > summary")];
    document.querySelectorAll("details").forEach((details) => (details.open = false));
    summaries.forEach((summary, index) => (summary.dataset.fold = String(index)));
    document.activeElement?.blur();
    window.scrollTo(0, 0);
    return summaries.map((summary) => summary.textContent.trim().replace(/\s+/g, " "));
  });
  const waiting = new Set(folds.keys());
  let presses = 0;
  for (; waiting.size > 0 && presses < PATIENCE; presses += 1) {
    await tab.keyboard.press("Tab");
    const { end, fold, visible } = await tab.evaluate(readFocus);
    if (end) {
      break;
    }
    if (fold === undefined || !waiting.delete(fold)) {
      continue;
    }
    if (!visible) {
      const found = `no outline of the fold "${folds[fold]}"`;
      complaints.push(`expected to see where the keyboard is, found ${found}`);
    }
    await tab.keyboard.press("Enter");
    if (!(await tab.evaluate(isUnfolded))) {
      complaints.push(`expected the enter key to unfold "${folds[fold]}", found it closed`);
    }
  }
  for (const fold of waiting) {
    const found = `it out of reach after ${presses} presses`;
    complaints.push(`expected the tabulator to reach the fold "${folds[fold]}", found ${found}`);
  }
  // Last, because the tabulator goes on from what had the focus.
  return [...complaints, ...(await arrows(tab))];
}

/** The contents of the book stand before the text: one press offers a way past them, one takes it. */
async function skipLink(tab) {
  if (!(await tab.evaluate(() => document.querySelector("#mdbook-sidebar") !== null))) {
    return [];
  }
  await tab.keyboard.press("Tab");
  await tab.keyboard.press("Enter");
  const found = await tab.evaluate(() => document.activeElement.localName);
  return found === "main" ? [] : [`expected to be in the text after Tab and Enter, found ${found}`];
}

/** An arrow key scrolls what has the focus, and does not turn the page. */
async function arrows(tab) {
  const before = await tab.evaluate(() => {
    const scrolls = (element) => element.checkVisibility() && element.scrollWidth > element.clientWidth + 1;
    const scroller = [...document.querySelectorAll("main [tabindex='0']")].find(scrolls);
    scroller?.focus();
    return scroller && location.href;
  });
  if (!before) {
    return [];
  }
  await tab.keyboard.press("ArrowRight");
  await tab.waitForTimeout(300);
  const after = tab.url();
  return after === before ? [] : [`expected an arrow key to scroll what has the focus, found ${after}`];
}

/** What the keyboard is on; runs in the page. Back on the page itself, it has been everywhere. */
function readFocus() {
  const element = document.activeElement;
  if (element === document.body || element === document.documentElement || element === null) {
    return { end: true };
  }
  const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(element);
  const outlined = outlineStyle !== "none" && parseFloat(outlineWidth) >= 1;
  const fold = element.dataset.fold;
  return {
    end: false,
    fold: fold === undefined ? undefined : Number(fold),
    visible: outlined || boxShadow !== "none",
  };
}

function isUnfolded() {
  return document.activeElement.parentElement.open === true;
}
