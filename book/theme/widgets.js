// The pages that live: loads the widgets' WebAssembly where one nears the screen, draws what it says,
// and tells it what the reader does. What is computed, and every word, comes from book/widgets.
// Without this script, or on paper, the figures stay.
"use strict";

(function widgets() {
  const figures = [...document.querySelectorAll("figure[data-widget]")];
  const isPaper = location.pathname.endsWith("/print.html");
  if (figures.length === 0 || isPaper || typeof WebAssembly !== "object") {
    return;
  }

  // ---- the modules: lines in, answers out ----

  const waiting = new Map(); // of scripts: what to do with what they hold
  window.bookWidgets = (name, base64) => {
    const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
    waiting.get(name)?.(bytes);
  };

  /** The bytes that a script of the folder `widgets` holds. */
  const loaded = (name) =>
    new Promise((done, failed) => {
      waiting.set(name, done);
      const script = document.createElement("script");
      script.src = `${path_to_root}widgets/${name}.js`;
      script.onerror = () => failed(new Error(`cannot load ${script.src}`));
      document.head.append(script);
    });

  const modules = new Map(); // by name; nearly always a page needs one
  const start = (name) => {
    modules.has(name) || modules.set(name, loaded(name).then(instantiate));
    return modules.get(name);
  };

  const instantiate = async (bytes) => {
    const { instance } = await WebAssembly.instantiate(bytes, {});
    const { memory, room, answer, place, keep } = instance.exports;
    const write = (given) => {
      const start = room(given.length); // which may move the memory
      new Uint8Array(memory.buffer, start, given.length).set(given);
    };
    const ask = (line) => {
      write(new TextEncoder().encode(line));
      const length = answer();
      const reply = new TextDecoder().decode(new Uint8Array(memory.buffer, place(), length));
      if (reply.startsWith("!")) {
        throw new Error(`widgets: ${reply.slice(1)}`);
      }
      return reply;
    };
    const kept = new Map();
    const supply = (name) => {
      const take = (data) => {
        write(data);
        keep();
      };
      kept.has(name) || kept.set(name, loaded(name).then(take));
      return kept.get(name);
    };
    return { ask, supply };
  };

  // ---- small helpers for elements ----

  const SVG = "http://www.w3.org/2000/svg";
  const element = (tag, attributes = {}, ...children) => {
    const made = document.createElement(tag);
    Object.entries(attributes).forEach(([name, value]) => setAttribute(made, name, value));
    made.append(...children);
    return made;
  };
  const setAttribute = (node, name, value) => {
    if (node.getAttribute(name) !== value) {
      node.setAttribute(name, value);
    }
  };
  const setText = (node, text) => {
    if (node.textContent !== text) {
      node.textContent = text;
    }
  };

  /** Makes the children of a node fit a list; a child is kept where its tag is the same. */
  const fit = (node, list, make, update) => {
    list.forEach((item, index) => {
      let child = node.children[index];
      if (child?.localName !== item.tag) {
        const fresh = make(item);
        child ? child.replaceWith(fresh) : node.append(fresh);
        child = fresh;
      }
      update(child, item);
    });
    while (node.children.length > list.length) {
      node.lastElementChild.remove();
    }
  };

  // ---- a widget ----

  class Widget {
    constructor(figure) {
      this.figure = figure;
      this.name = figure.dataset.widget;
      this.controls = new Map();
      this.panels = [];
      this.queue = [];
    }

    async wake() {
      const { ask, supply } = await start(this.figure.dataset.module);
      this.ask = ask;
      this.number = ask(`open ${this.name}`);
      this.build();
      const state = stateOf(this.name);
      this.width = this.widthNow();
      ask(`${this.number} width ${this.width}`);
      const { needs } = JSON.parse(ask(`${this.number} go`));
      if (needs) {
        await supply(needs);
      }
      this.send(`go ${state ?? ""}`);
      this.flush();
      this.figure.classList.add("live");
      new ResizeObserver(() => {
        const width = this.widthNow();
        if (width !== this.width) {
          this.width = width;
          this.send(`width ${width}`);
        }
      }).observe(this.figure);
    }

    widthNow() {
      return Math.max(240, Math.min(640, Math.floor(this.figure.clientWidth)));
    }

    /** Tells the module what happened; everything that happens in a frame is answered together. */
    send(event) {
      const drag = /^drag (\S+) /.exec(event);
      const last = this.queue.at(-1);
      // Of a control that is moved, the last place counts; a drawn line needs every point.
      if (drag && last?.startsWith(drag[0]) && !this.areas?.has(drag[1])) {
        this.queue.pop();
      }
      this.queue.push(event);
      this.frame ??= requestAnimationFrame(() => this.flush());
    }

    flush() {
      cancelAnimationFrame(this.frame);
      this.frame = undefined;
      const events = this.queue.splice(0);
      let answer;
      const begun = performance.now();
      events.forEach((event) => (answer = this.ask(`${this.number} ${event}`)));
      if (answer !== undefined) {
        this.view = JSON.parse(answer);
        this.draw();
        this.figure.dataset.milliseconds = (performance.now() - begun).toFixed(2);
        if (events.some((event) => !/^(go|width|work)/.test(event))) {
          remember(this.name, this.view.state);
        }
        this.goOn();
      }
    }

    /** What takes longer than a frame is computed in pieces, and read aloud when it is done. */
    goOn() {
      this.figure.classList.toggle("working", this.view.working);
      if (this.view.working) {
        this.sentence.setAttribute("aria-busy", "true");
        this.send("work");
      } else if (!this.held) {
        this.sentence.removeAttribute("aria-busy");
      }
    }

    build() {
      this.root = element("div", { class: "widget" });
      this.pictures = element("div", { class: "widget-panels" });
      this.sentence = element("p", { class: "widget-sentence", "aria-live": "polite" });
      this.form = element("div", { class: "widget-controls", role: "group" });
      this.fold = element("details", { class: "widget-more check" }, element("summary", {}, "More"));
      this.more = element("div", { class: "widget-controls" });
      this.fold.append(this.more);
      const reset = element("button", { type: "button" }, "As in the figure");
      reset.addEventListener("click", () => this.send("reset"));
      this.reset = element("div", { class: "widget-reset" }, reset);
      this.form.setAttribute("aria-label", "What can be changed");
      this.root.append(this.pictures, this.sentence, this.form, this.fold, this.reset);
      this.figure.querySelector(":scope > svg").after(this.root);
    }

    draw() {
      const { panels, controls, sentence } = this.view;
      this.areas = new Set();
      while (this.panels.length < panels.length) {
        const panel = new Panel(this, this.panels.length);
        this.panels.push(panel);
        this.pictures.append(panel.root);
      }
      this.panels.forEach((panel, index) => {
        panel.root.hidden = index >= panels.length;
        panel.root.hidden || panel.draw(panels[index]);
      });
      setText(this.sentence, sentence);
      this.drawControls(controls);
    }

    drawControls(controls) {
      const shown = new Set();
      const last = { false: null, true: null };
      for (const control of controls) {
        const key = `${control.name} ${control.kind}`;
        shown.add(key);
        let made = this.controls.get(key);
        if (!made) {
          made = MAKE[control.kind](this, control);
          made.root.dataset.control = control.name;
          this.controls.set(key, made);
        }
        const home = control.folded ? this.more : this.form;
        const before = last[control.folded];
        const place = before ? before.nextSibling : home.firstChild;
        if (made.root.parentNode !== home || (place !== made.root && before !== made.root.previousSibling)) {
          home.insertBefore(made.root, place);
        }
        last[control.folded] = made.root;
        made.update(control);
      }
      for (const [key, made] of this.controls) {
        if (!shown.has(key)) {
          made.root.remove();
          this.controls.delete(key);
        }
      }
      this.fold.hidden = this.more.childElementCount === 0;
    }
  }

  // ---- controls: native ones, with labels ----

  let ids = 0;
  const MAKE = {
    range(widget, { name, low, high, step }) {
      const id = `widget-${(ids += 1)}`;
      const label = element("label", { for: id });
      const output = element("span", { class: "widget-value", "aria-hidden": "true" });
      const input = element("input", { id, type: "range", min: low, max: high, step });
      input.addEventListener("input", () => widget.send(`set ${name} ${input.value}`));
      const root = element("div", { class: "widget-range" }, label, output, input);
      const update = (control) => {
        setText(label, control.label);
        setText(output, control.text);
        setAttribute(input, "min", String(control.low));
        setAttribute(input, "max", String(control.high));
        setAttribute(input, "step", String(control.step));
        setAttribute(input, "aria-valuetext", control.text);
        input.value = control.value;
      };
      return { root, update };
    },
    choice(widget, { name }) {
      const id = `widget-${(ids += 1)}`;
      const label = element("label", { for: id });
      const select = element("select", { id });
      select.addEventListener("change", () => widget.send(`set ${name} ${select.value}`));
      const root = element("div", { class: "widget-choice" }, label, select);
      const update = (control) => {
        setText(label, control.label);
        const options = control.options.map(([value, text]) => ({ tag: "option", value, text }));
        fit(select, options, () => element("option"), (option, { value, text }) => {
          setAttribute(option, "value", value);
          setText(option, text);
        });
        select.value = control.value;
      };
      return { root, update };
    },
    toggle(widget, { name }) {
      const input = element("input", { type: "checkbox" });
      input.addEventListener("change", () => widget.send(`set ${name} ${input.checked}`));
      const text = element("span");
      const root = element("label", { class: "widget-toggle" }, input, text);
      const update = (control) => {
        setText(text, control.label);
        input.checked = control.value;
      };
      return { root, update };
    },
    button(widget, { name }) {
      const button = element("button", { type: "button" });
      // A button that can do nothing now keeps the focus, so that the keyboard is not lost.
      button.addEventListener("click", () => {
        button.getAttribute("aria-disabled") === "true" || widget.send(`press ${name}`);
      });
      const root = element("div", { class: "widget-button" }, button);
      const update = (control) => {
        setText(button, control.label);
        setAttribute(button, "aria-disabled", String(!control.enabled));
      };
      return { root, update };
    },
  };

  // ---- panels: SVG for marks, a canvas for pixels, and what can be dragged ----

  class Panel {
    constructor(widget, index) {
      this.widget = widget;
      this.id = `${widget.figure.id}-panel-${index}`;
      this.svg = document.createElementNS(SVG, "svg");
      this.svg.setAttribute("role", "img");
      const clip = document.createElementNS(SVG, "clipPath");
      clip.id = this.id;
      this.clip = document.createElementNS(SVG, "rect");
      clip.append(this.clip);
      const inside = document.createElementNS(SVG, "g");
      this.marks = inside;
      this.handles = document.createElementNS(SVG, "g");
      this.title = document.createElementNS(SVG, "title");
      this.description = document.createElementNS(SVG, "desc");
      this.title.id = `${this.id}-title`;
      this.description.id = `${this.id}-description`;
      this.svg.setAttribute("aria-labelledby", `${this.title.id} ${this.description.id}`);
      this.svg.append(this.title, this.description, clip, inside, this.handles);
      this.pixels = element("div", { class: "widget-pixels" });
      this.root = element("div", { class: "widget-panel" }, this.pixels, this.svg);
      this.listen();
    }

    draw(panel) {
      const { title, width, height, clip, marks, pixels, handles } = panel;
      this.panel = panel;
      setAttribute(this.svg, "viewBox", `0 0 ${width} ${height}`);
      setAttribute(this.svg, "width", String(width));
      setAttribute(this.svg, "height", String(height));
      setText(this.title, title);
      setText(this.description, this.widget.view.sentence);
      ["x", "y", "width", "height"].forEach((name, at) => setAttribute(this.clip, name, String(clip[at])));
      const make = ({ tag }) => document.createElementNS(SVG, tag);
      fit(this.marks, marks, make, (mark, item) => this.drawMark(mark, item));
      const areas = handles.map((handle) => ({ ...handle, tag: handle.kind === "area" ? "rect" : "circle" }));
      fit(this.handles, areas, make, (grip, handle) => {
        setAttribute(grip, "class", `widget-${handle.kind}`);
        const [x, y] = handle.at;
        const place =
          handle.kind === "area"
            ? { x: 0, y: 0, width, height }
            : { cx: x, cy: y, r: handle.radius };
        Object.entries(place).forEach(([name, value]) => setAttribute(grip, name, String(value)));
        grip.handle = handle;
        if (handle.kind === "area") {
          this.widget.areas.add(handle.name);
        }
      });
      this.drawPixels(pixels, width, height);
    }

    /** Changes what differs from the mark that was drawn before. */
    drawMark(mark, item) {
      const before = mark.item ?? { attributes: {} };
      mark.item = item;
      for (const name in before.attributes) {
        name in item.attributes || mark.removeAttribute(name);
      }
      for (const name in item.attributes) {
        before.attributes[name] === item.attributes[name] || mark.setAttribute(name, item.attributes[name]);
      }
      if (before.class !== item.class) {
        mark.setAttribute("class", item.class);
        const isClipped = /(^| )in( |$)/.test(item.class);
        isClipped ? mark.setAttribute("clip-path", `url(#${this.id})`) : mark.removeAttribute("clip-path");
      }
      if (before.text !== item.text) {
        mark.textContent = item.text ?? "";
      }
    }

    drawPixels(pixels, width, height) {
      const canvases = pixels.map((picture) => ({ ...picture, tag: "canvas" }));
      fit(this.pixels, canvases, () => element("canvas"), (canvas, picture) => {
        const [x, y, w, h] = picture.place;
        const style = `left:${(100 * x) / width}%;top:${(100 * y) / height}%;width:${(100 * w) / width}%;height:${(100 * h) / height}%`;
        setAttribute(canvas, "style", style);
        const key = `${picture.scale} ${picture.columns} ${picture.shades} ${theme()}`;
        if (canvas.drawn !== key) {
          canvas.drawn = key;
          paint(canvas, picture);
        }
      });
    }

    /** Pointer, pen and finger: a handle is taken, moved, and left. */
    listen() {
      const at = (event) => {
        const box = this.svg.getBoundingClientRect();
        const x = ((event.clientX - box.left) / box.width) * this.panel.width;
        const y = ((event.clientY - box.top) / box.height) * this.panel.height;
        return `${x.toFixed(1)} ${y.toFixed(1)}`;
      };
      const { widget, handles } = this;
      let held;
      handles.addEventListener("pointerdown", (event) => {
        const handle = event.target.handle;
        if (!handle || event.button > 0) {
          return;
        }
        if (handle.kind === "tap") {
          widget.send(`press ${handle.name}`);
          return;
        }
        event.preventDefault();
        held = widget.held = handle.name;
        handles.setPointerCapture?.(event.pointerId);
        widget.sentence.setAttribute("aria-busy", "true");
        widget.send(`grab ${held} ${at(event)}`);
      });
      handles.addEventListener("pointermove", (event) => {
        if (held) {
          const moves = event.getCoalescedEvents?.() ?? [];
          (widget.areas.has(held) && moves.length ? moves : [event]).forEach((move) => {
            widget.send(`drag ${held} ${at(move)}`);
          });
        }
      });
      const leave = () => {
        held = widget.held = undefined;
        widget.view?.working || widget.sentence.removeAttribute("aria-busy");
      };
      handles.addEventListener("pointerup", leave);
      handles.addEventListener("pointercancel", leave);
    }
  }

  // ---- colors of pixels, by the theme ----

  const theme = () => document.documentElement.className;
  const rgb = (name) => {
    const probe = element("span", { style: `color:var(${name})` });
    document.body.append(probe);
    const channels = getComputedStyle(probe).color.match(/[\d.]+/g).slice(0, 3).map(Number);
    probe.remove();
    return channels;
  };
  let palette;
  /** Red, green, blue and opacity of each of the 256 shades of a scale. */
  const colors = (scale) => {
    if (palette?.theme !== theme()) {
      palette = { theme: theme() };
    }
    palette[scale] ??= (() => {
      const [ink, negative, positive] = ["--fg", "--series-1", "--series-2"].map(rgb);
      const channels = new Uint8ClampedArray(4 * 256);
      for (let shade = 0; shade < 256; shade += 1) {
        const signed = (shade - 128) / 127;
        const color = scale === "ink" ? ink : signed < 0 ? negative : positive;
        channels.set([...color, scale === "ink" ? shade : 255 * Math.min(1, Math.abs(signed))], 4 * shade);
      }
      return new Uint32Array(channels.buffer);
    })();
    return palette[scale];
  };

  const paint = (canvas, { scale, columns, shades }) => {
    const count = shades.length / 2;
    if (canvas.width !== columns || canvas.height !== count / columns) {
      canvas.width = columns;
      canvas.height = count / columns;
    }
    const context = canvas.getContext("2d");
    const image = context.createImageData(columns, count / columns);
    const pixels = new Uint32Array(image.data.buffer);
    const table = colors(scale);
    const digit = (place) => {
      const code = shades.charCodeAt(place);
      return (code & 15) + 9 * (code >> 6); // 0 to 9, a to f
    };
    for (let k = 0; k < count; k += 1) {
      pixels[k] = table[16 * digit(2 * k) + digit(2 * k + 1)];
    }
    context.putImageData(image, 0, 0);
  };

  // ---- the address holds the state: #fig-ch04_optimizers-rosenbrock?rate1=0.01;steps=20 ----

  const anchorOf = (name) => document.querySelector(`[data-widget="${name}"]`).id;
  const stateOf = (name) => {
    const [anchor, state] = decodeURIComponent(location.hash.slice(1)).split("?");
    return anchor === anchorOf(name) ? state : undefined;
  };
  let later;
  const remember = (name, state) => {
    clearTimeout(later);
    const address = `#${anchorOf(name)}${state ? `?${state}` : ""}`;
    later = setTimeout(() => history.replaceState(history.state, "", address), 250);
  };

  const all = figures.map((figure) => new Widget(figure));
  const go = () => {
    for (const widget of all) {
      const state = stateOf(widget.name);
      if (state !== undefined) {
        widget.figure.scrollIntoView();
        widget.number === undefined || widget.send(`go ${state}`);
      }
    }
  };
  addEventListener("hashchange", go);
  addEventListener("load", go);

  new MutationObserver(() => {
    all.filter((widget) => widget.view).forEach((widget) => widget.draw());
  }).observe(document.documentElement, { attributeFilter: ["class"] });

  const near = new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries) {
        if (isIntersecting) {
          near.unobserve(target);
          all.find((widget) => widget.figure === target).wake();
        }
      }
    },
    { rootMargin: "600px 0px" },
  );
  figures.forEach((figure) => near.observe(figure));
})();
