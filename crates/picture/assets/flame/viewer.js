// A flame graph on a page: what is shown, what one points at, where one zooms.
//
// It knows nothing of a server. `source.load(state)` gives data as `crates/report/src/flame/json.rs`
// describes it; a page in one file can give what is in it.

import { children, find, layOut, sibling, sums, wayTo } from './boxes.js';
import { change, palette } from './colors.js';
import { make } from './dom.js';
import { Painter, ROW, place } from './painter.js';
import { valueWriter } from './values.js';

/**
 * What is shown, apart from the data.
 *
 * @typedef {object} State
 * @property {'callees'|'callers'} shape from the root down, or from the leaves up
 * @property {'width'|'profile'} order of siblings
 * @property {number[]} zoom the frames on the way from the root to what fills the width
 * @property {string} pivot a regular expression; what it matches is the middle, callers above it
 */
export const START = { shape: 'callees', order: 'width', zoom: [], pivot: '' };

export class FlameViewer extends EventTarget {
  /**
   * @param {HTMLElement} element what to fill
   * @param {{load: function(State): Promise<object>}} source where data comes from
   */
  constructor(element, source) {
    super();
    Object.assign(this, { element, source, state: START, current: -1, found: undefined });
    this.canvas = make('canvas');
    this.canvas.tabIndex = 0;
    this.canvas.setAttribute('role', 'application');
    this.canvas.setAttribute('aria-label', 'Flame graph: arrow keys go from box to box, Enter zooms');
    this.spacer = make('div', 'flame-spacer');
    this.tip = make('div', 'flame-tip');
    this.tip.hidden = true;
    element.replaceChildren(this.canvas, this.spacer, this.tip);
    this.painter = new Painter(this.canvas);
    this.#listen();
  }

  /** Shows a state: at once what is known of it, then what is loaded for it. */
  async show(state) {
    this.state = { ...this.state, ...state };
    this.current = -1;
    const mine = (this.latest = Symbol('request'));
    if (this.data && this.#sameTree()) this.draw();
    const data = await this.source.load(this.state);
    if (mine !== this.latest) return;
    this.#take(data);
    this.draw();
    if (this.current >= 0) return;
    // Where nothing points, as on a phone, what fills the width is told too.
    const { target } = this.#view(this.main);
    const lines = target > 0 ? this.lines({ boxes: this.main.boxes, row: target }) : [];
    this.#ask('current', { lines });
  }

  /** Marks boxes with these frames. */
  highlight(found) {
    this.found = found;
    this.draw();
  }

  draw() {
    cancelAnimationFrame(this.pending);
    this.pending = requestAnimationFrame(() => this.#paint());
  }

  /** What is known of a box. */
  describe({ boxes, row }) {
    const frame = this.frames.get(boxes.frame[row]);
    return { ...sums(boxes, row), frame, name: frame?.name ?? 'root', file: frame?.file ?? '' };
  }

  /** The same in words, a line each. */
  lines(box) {
    const about = this.describe(box);
    const { text, share, signed } = this.values;
    const lines = [about.name + (about.frame?.inlined ? ' (inline)' : '')];
    const { before, after, own } = about;
    if (this.data.compare === 'none') {
      // From the leaves up, what ends at a box is that nobody calls it.
      const itself = box.boxes.isUp ? '' : `, of it in the function itself ${text(own)} (${share(own)})`;
      lines.push(`${text(after)} (${share(after)})${itself}`);
    } else if (this.data.compare === 'sides') {
      const words = { appeared: 'new: ', gone: 'gone: ', grew: 'grew: ', shrank: 'shrank: ', same: 'the same: ' };
      const part = before > 0 ? `, ${share2(after - before, before)}` : '';
      lines.push(`${words[change(about, true)]}${text(before)} \u2192 ${text(after)} (${signed(after - before)}${part})`);
    } else {
      lines.push(`${signed(after - before)} in all: grew by ${text(after)}, shrank by ${text(before)}`);
    }
    if (about.file) lines.push(about.file);
    return lines;
  }

  /** The box that fills the width, and the way back. */
  zoomOut() {
    if (this.state.zoom.length > 0) this.#ask('zoom', { zoom: this.state.zoom.slice(0, -1) });
    else if (this.state.pivot) this.#ask('zoom', { pivot: '' });
  }

  #take(data) {
    this.data = data;
    this.drawn = { ...this.state };
    this.values = valueWriter(data.units, data.total);
    this.frames = new Map(
      data.frames.map(([number, name, file, inlined]) => [number, { name, file, inlined: inlined === 1 }]),
    );
    this.layers = [];
    const { callees, callers } = data.trees;
    const middle = callees && callers;
    // With a middle, callers stand above it, without the middle itself and the root of their tree.
    const above = middle ? Math.max(0, layOut(callers).deepest - 1) : 0;
    if (middle) {
      const boxes = { ...layOut(callers), isUp: true };
      const rowOf = (row) => above - boxes.depth[row] + 1;
      this.layers.push({ boxes, rowOf, shows: (row) => boxes.depth[row] >= 2 });
    }
    const boxes = { ...layOut(callees ?? callers), isUp: !callees };
    const first = middle ? 1 : 0; // the root of a part says nothing
    this.layers.push({
      boxes,
      rowOf: (row) => above + boxes.depth[row] - first,
      shows: (row) => boxes.depth[row] >= first,
      isMiddle: middle ? (row) => boxes.depth[row] === 1 : undefined,
    });
    this.main = this.layers[this.layers.length - 1];
    this.rows = above + boxes.deepest + 1 - first;
    this.spacer.style.height = `${this.rows * ROW}px`;
    this.element.scrollTop = middle ? Math.max(0, above * ROW - this.canvas.clientHeight / 2) : 0;
    this.element.dataset.boxes = this.layers.reduce((sum, layer) => sum + layer.boxes.count, 0);
  }

  #sameTree() {
    return ['shape', 'order', 'pivot'].every((name) => this.state[name] === this.drawn[name]);
  }

  /** The part of the width that is shown. */
  #view(layer) {
    const { boxes } = this.main;
    const target = Math.max(0, find(boxes, this.state.zoom));
    return {
      width: this.canvas.clientWidth,
      from: boxes.start[target],
      span: boxes.width[target] || 1,
      target,
      y: (row) => layer.rowOf(row) * ROW - this.element.scrollTop,
    };
  }

  #paint() {
    if (!this.data) return;
    const colors = palette(this.element);
    // The canvas stays in sight while what is behind it is scrolled.
    const { clientHeight } = this.element;
    this.canvas.style.height = `${clientHeight}px`;
    this.canvas.style.marginBottom = `${-clientHeight}px`;
    this.painter.resize();
    this.painter.clear(colors);
    for (const layer of this.layers) {
      this.painter.draw(layer.boxes, this.#view(layer), {
        colors,
        frames: this.frames,
        found: this.found,
        current: layer === this.main ? this.current : -1,
        shows: layer.shows,
        isMiddle: layer.isMiddle,
        fill: (boxes, row, frame) => {
          if (this.data.compare !== 'none') return colors[change(sums(boxes, row), this.data.compare === 'sides')];
          return frame ? colors.ofFrame(frame) : colors.root;
        },
        label: (boxes, row, frame) => this.#label(boxes, row, frame),
      });
    }
    this.dispatchEvent(new Event('painted'));
  }

  #label(boxes, row, frame) {
    const name = frame?.name ?? 'root';
    if (this.data.compare === 'none') return { before: '', name };
    const { before, after } = sums(boxes, row);
    const words = { appeared: 'new ', gone: 'gone ', same: '= ' };
    const what = change({ before, after }, this.data.compare === 'sides');
    return { before: words[what] ?? `${this.values.signed(after - before)} `, name };
  }

  #at(event) {
    if (!this.data) return undefined;
    const { left, top } = this.canvas.getBoundingClientRect();
    const [x, y] = [event.clientX - left, event.clientY - top];
    for (const layer of this.layers) {
      const view = this.#view(layer);
      const { boxes } = layer;
      for (let row = 0; row < boxes.count; row++) {
        if (!layer.shows(row)) continue;
        const box = place(boxes, row, view);
        if (box.left <= x && x < box.right && box.top <= y && y < box.top + ROW) return { boxes, row };
      }
    }
    return undefined;
  }

  /** Tells the page; returns whether it has done something in place of the browser. */
  #ask(type, detail) {
    return !this.dispatchEvent(new CustomEvent(type, { detail, cancelable: true }));
  }

  #zoomTo({ boxes, row }) {
    if (this.state.pivot) {
      const frame = this.frames.get(boxes.frame[row]);
      if (frame) this.#ask('pivot', { name: frame.name });
    } else {
      this.#ask('zoom', { zoom: wayTo(boxes, row) });
    }
  }

  #listen() {
    const { canvas, element } = this;
    new ResizeObserver(() => this.draw()).observe(element);
    element.addEventListener('scroll', () => this.draw(), { passive: true });
    canvas.addEventListener('pointermove', (event) => this.#point(event));
    canvas.addEventListener('pointerleave', () => (this.tip.hidden = true));
    canvas.addEventListener('click', (event) => {
      const box = this.#at(event);
      if (box) this.#zoomTo(box);
    });
    canvas.addEventListener('contextmenu', (event) => {
      const box = this.#at(event);
      if (!box || box.boxes.frame[box.row] < 0) return;
      const taken = this.#ask('menu', { ...this.describe(box), x: event.clientX, y: event.clientY });
      if (!taken) return;
      event.preventDefault();
      this.tip.hidden = true;
    });
    canvas.addEventListener('keydown', (event) => this.#key(event));
    document.addEventListener('themechange', () => this.draw());
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.draw());
  }

  #point(event) {
    const box = this.#at(event);
    this.tip.hidden = !box;
    canvasCursor(this.canvas, box);
    if (!box) return;
    this.tip.replaceChildren(...this.lines(box).map((line) => make('p', '', line)));
    const room = { x: innerWidth - this.tip.offsetWidth - 8, y: innerHeight - this.tip.offsetHeight - 8 };
    this.tip.style.left = `${Math.max(0, Math.min(event.clientX + 12, room.x))}px`;
    this.tip.style.top = `${Math.max(0, Math.min(event.clientY + 16, room.y))}px`;
  }

  #key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || !this.data) return;
    const { boxes } = this.main;
    const at = this.current < 0 ? this.#view(this.main).target : this.current;
    const moves = {
      ArrowDown: () => children(boxes, at)[0] ?? at,
      ArrowUp: () => (at > 0 ? boxes.parent[at] : at),
      ArrowLeft: () => sibling(boxes, at, -1),
      ArrowRight: () => sibling(boxes, at, 1),
    };
    if (moves[event.key]) {
      this.#goTo(this.current < 0 ? at : moves[event.key]());
    } else if (event.key === 'Enter') {
      this.#zoomTo({ boxes, row: at });
    } else if (event.key === 'Escape') {
      this.zoomOut();
    } else if (event.key === 'p' && boxes.frame[at] >= 0) {
      this.#ask('pivot', { name: this.frames.get(boxes.frame[at]).name });
    } else {
      return;
    }
    event.preventDefault();
  }

  #goTo(row) {
    this.current = row;
    const top = this.main.rowOf(row) * ROW;
    const { scrollTop, clientHeight } = this.element;
    if (top < scrollTop || top + ROW > scrollTop + clientHeight) this.element.scrollTop = top - clientHeight / 2;
    this.draw();
    this.#ask('current', { lines: this.lines({ boxes: this.main.boxes, row }) });
  }
}

function canvasCursor(canvas, box) {
  canvas.style.cursor = box ? 'pointer' : 'default';
}

/** A change as a share of what was before, with its sign. */
function share2(change, before) {
  const percent = Math.round((change / before) * 1000) / 10;
  return `${percent > 0 ? '+' : ''}${percent} %`.replace('-', '\u2212');
}
