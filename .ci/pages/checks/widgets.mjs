// The pages that live: every widget by mouse, by finger and by the keyboard alone.

import { readFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";

import { accessibility } from "./accessibility.mjs";
import { changeTheme, open } from "./browser.mjs";
import { inspect } from "./in-page.mjs";
import { problem } from "./problems.mjs";

/** All themes of mdBook; each is looked at with the widgets alive. */
const THEMES = ["light", "rust", "coal", "navy", "ayu"];

/**
 * A widget answers within a frame, of 16 ms, on a quiet and fast machine; two and a half frames are let pass
 * on any other. Where more processes want to run than there are cores, each waits for the others, and may take
 * longer in proportion, but never more than 60 ms.
 */
const mostMilliseconds = () => Math.min(60, 16 * Math.max(2.5, os.loadavg()[0] / os.cpus().length));

/** Whether figures of a page come alive. */
export function hasWidgets(folder, page) {
  return readFileSync(path.join(folder, page), "utf8").includes("data-widget=");
}

/** Tries all widgets of a page at one width. */
export async function checkWidgets(book, browser, page, width) {
  const { folder, problems, widgets } = book;
  const { tab, watch } = await open(browser, folder, page, { theme: THEMES[0], width });
  const tell = (text, where = "light") => problems.push(problem(page, `${where} ${width}`, text));
  try {
    const names = await tab.evaluate(() =>
      [...document.querySelectorAll("[data-widget]")].map((figure) => figure.dataset.widget),
    );
    for (const name of names) {
      const widget = new Tried(tab, name, (text) => tell(`widget ${name}: ${text}`));
      if (!(await widget.wake())) {
        continue;
      }
      await widget.byKeyboard();
      await widget.byPointer("mouse");
      await widget.byPointer("finger");
      await widget.byAddress();
      widgets.set(name, [...(widgets.get(name) ?? []), ...widget.times]);
    }
    for (const theme of THEMES) {
      await changeTheme(tab, theme);
      (await tab.evaluate(inspect)).complaints.forEach((text) => tell(`alive, ${text}`, theme));
      const look = { colors: true, structure: theme === THEMES[0] };
      const found = await accessibility(tab, page, look);
      found.forEach((text) => tell(`alive, ${text}`, theme));
    }
    await checkPaper(tab, tell);
  } catch (error) {
    tell(`expected widgets that can be tried, found: ${error.message.split("\n")[0]}`);
  } finally {
    watch.complaints.forEach((text) => tell(text));
    await tab.close();
  }
}

/** On paper the figures are seen, and no widget. */
async function checkPaper(tab, tell) {
  await tab.emulateMedia({ media: "print" });
  const found = await tab.evaluate(() =>
    [...document.querySelectorAll("[data-widget]")]
      .filter((figure) => {
        const [drawing, widget] = [figure.querySelector(":scope > svg"), figure.querySelector(".widget")];
        return !drawing.checkVisibility() || widget?.checkVisibility();
      })
      .map((figure) => figure.dataset.widget),
  );
  found.forEach((name) => tell(`expected the figure of ${name} on paper, found its widget`, "paper"));
  await tab.emulateMedia({ media: "screen" });
}

class Tried {
  constructor(tab, name, tell) {
    Object.assign(this, { tab, name, tell, times: [] });
    this.figure = `[data-widget="${name}"]`;
  }

  /** Scrolls to the widget, until it lives. */
  async wake() {
    await this.tab.evaluate((at) => document.querySelector(at).scrollIntoView(), this.figure);
    try {
      await this.tab.waitForSelector(`${this.figure}.live`, { timeout: 60_000 });
      await this.settle();
      return true;
    } catch {
      this.tell("expected it to come alive near the screen, found the figure");
      return false;
    }
  }

  /** Waits for the next frames, and until nothing is left to compute; notes how long the widget needed. */
  async settle() {
    const time = await this.tab.evaluate(async (at) => {
      const figure = document.querySelector(at);
      const frames = async (count) => {
        for (let frame = 0; frame < count; frame += 1) {
          await new Promise((done) => requestAnimationFrame(done));
        }
      };
      await frames(3);
      const milliseconds = Number(figure.dataset.milliseconds);
      while (figure.classList.contains("working")) {
        await frames(1);
      }
      return milliseconds;
    }, this.figure);
    if (time > 0) {
      this.times.push(time);
    }
  }

  /** All that is shown: words, marks, values of controls. */
  shown() {
    return this.tab.evaluate((at) => {
      const figure = document.querySelector(at);
      const fields = [...figure.querySelectorAll("input, select")];
      const values = fields.map((field) => (field.type === "checkbox" ? field.checked : field.value));
      const pictures = [...figure.querySelectorAll(".widget-panel > svg")].map((svg) => svg.innerHTML);
      const pixels = [...figure.querySelectorAll("canvas")].map((canvas) => canvas.toDataURL());
      return JSON.stringify([figure.querySelector(".widget-sentence").textContent, values, pictures, pixels]);
    }, this.figure);
  }

  async reset() {
    await this.tab.locator(`${this.figure} .widget-reset button`).click();
    await this.settle();
  }

  /** The tabulator reaches every control, arrows and the space bar use it, and the view changes. */
  async byKeyboard() {
    const { tab } = this;
    await tab.evaluate((at) => {
      const figure = document.querySelector(at);
      figure.querySelectorAll("details").forEach((fold) => (fold.open = true));
      const first = figure.querySelector(".widget").querySelector("input, select, button, summary");
      first.focus();
    }, this.figure);
    const seen = new Set();
    for (let presses = 0; presses < 60; presses += 1) {
      const at = await tab.evaluate((figure) => {
        const element = document.activeElement;
        if (!element.closest(figure)) {
          return undefined;
        }
        const { outlineStyle, outlineWidth } = getComputedStyle(element);
        return {
          key: element.closest("[data-control]")?.dataset.control ?? element.textContent,
          type: element.type ?? element.localName,
          disabled: element.getAttribute("aria-disabled") === "true",
          inCaption: element.closest("figcaption") !== null,
          outlined: outlineStyle !== "none" && parseFloat(outlineWidth) >= 1,
        };
      }, this.figure);
      if (!at) {
        break;
      }
      // Links and notes of the caption are no controls.
      if (!at.inCaption) {
        await this.tryKey(at, seen);
      }
      await tab.keyboard.press("Tab");
    }
    const all = await tab.evaluate(
      (at) => [...document.querySelectorAll(`${at} [data-control]`)].map((control) => control.dataset.control),
      this.figure,
    );
    for (const name of all.filter((control) => !seen.has(control))) {
      this.tell(`expected the tabulator to reach the control "${name}", found it out of reach`);
    }
    await this.reset();
  }

  async tryKey({ key, type, disabled, outlined }, seen) {
    const { tab } = this;
    seen.add(key);
    if (type === "summary" || disabled) {
      return;
    }
    if (!outlined) {
      this.tell(`expected to see that the keyboard is on "${key}", found no outline`);
    }
    const keys = { range: ["ArrowRight", "ArrowLeft"], "select-one": ["ArrowDown", "ArrowUp"] };
    const before = await this.shown();
    for (const press of keys[type] ?? ["Space"]) {
      await tab.keyboard.press(press);
      await this.settle();
      if ((await this.shown()) !== before) {
        return;
      }
    }
    if (!/figure/.test(key)) {
      this.tell(`expected the keyboard to change something on "${key}", found it as before`);
    }
  }

  /** Every handle is dragged or tapped, by a mouse or a finger. */
  async byPointer(how) {
    const grips = await this.tab.evaluate(
      (at) => document.querySelectorAll(`${at} :is(.widget-drag, .widget-area, .widget-tap)`).length,
      this.figure,
    );
    for (let index = 0; index < grips; index += 1) {
      await this.reset();
      // What is tapped may be chosen already: the next one is tapped before.
      if ((await this.handle(index)).isTap) {
        const next = await this.handle((index + 1) % grips);
        await (how === "mouse" ? this.mouse([[next.x, next.y]]) : this.finger([[next.x, next.y]]));
        await this.settle();
      }
      const { x, y } = await this.handle(index);
      const before = await this.shown();
      const way = [[x, y], [x - 6, y + 5], [x - 20, y + 14], [x - 30, y + 22]];
      await (how === "mouse" ? this.mouse(way) : this.finger(way));
      await this.settle();
      if ((await this.shown()) === before) {
        this.tell(`expected the ${how} to move handle ${index + 1}, found it as before`);
      }
    }
    await this.reset();
  }

  /** Where the middle of a handle is on the screen. */
  handle(index) {
    return this.tab.evaluate(
      ([at, number]) => {
        const all = document.querySelectorAll(`${at} :is(.widget-drag, .widget-area, .widget-tap)`);
        all[number].scrollIntoView({ block: "center" });
        const { left, top, width, height } = all[number].getBoundingClientRect();
        const isTap = all[number].matches(".widget-tap");
        return { x: left + width / 2, y: top + height / 2, isTap };
      },
      [this.figure, index],
    );
  }

  async mouse([first, ...rest]) {
    const { mouse } = this.tab;
    await mouse.move(...first);
    await mouse.down();
    for (const point of rest) {
      await mouse.move(...point);
      await this.settle();
    }
    await mouse.up();
  }

  async finger([first, ...rest]) {
    const session = await this.tab.context().newCDPSession(this.tab);
    const touch = (type, points) =>
      session.send("Input.dispatchTouchEvent", {
        type,
        touchPoints: points.map(([x, y]) => ({ x, y })),
      });
    await touch("touchStart", [first]);
    for (const point of rest) {
      await touch("touchMove", [point]);
      await this.settle();
    }
    await touch("touchEnd", []);
    await session.detach();
  }

  /** The address holds the state: after a change, the page opens in it again. */
  async byAddress() {
    const { tab } = this;
    const field = tab.locator(`${this.figure} :is(input[type=range], select):visible`).first();
    await field.focus();
    await field.press("ArrowDown");
    await field.press("ArrowDown");
    await this.settle();
    await tab.waitForTimeout(400);
    const [shown, hash] = [await this.shown(), await tab.evaluate(() => location.hash)];
    if (!hash.includes("?")) {
      this.tell(`expected the state in the address, found "${hash}"`);
      return;
    }
    await tab.reload({ waitUntil: "load" });
    await this.wake();
    if ((await this.shown()) !== shown) {
      this.tell(`expected ${hash} to open the state again, found another one`);
    }
    await this.reset();
    const median = [...this.times].sort((a, b) => a - b)[Math.floor(this.times.length / 2)];
    const most = mostMilliseconds();
    if (median > most) {
      this.tell(`expected an answer within ${most.toFixed(1)} ms, found a median of ${median}`);
    }
  }
}
