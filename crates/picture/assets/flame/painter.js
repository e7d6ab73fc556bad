// Draws boxes on a canvas: only those that can be seen.

export const ROW = 20; // height of a box with the gap below it, in CSS pixels
const NARROWEST = 0.6; // of what is drawn
const TEXT_FROM = 28; // the narrowest box with a label
const PADDING = 4;

/** The forms of a name from long to short: suffixes behind the parts of its path. */
export function forms(name) {
  const short = name.replace(/^.*\/(?=[^/]+\.)/, '');
  const found = name === short ? [name] : [name, short];
  for (const part of short.matchAll(/::|\./g)) {
    const rest = short.slice(part.index + part[0].length);
    if (rest !== '') found.push(rest);
  }
  return found;
}

/**
 * Where a box is on the screen.
 *
 * @param view the zoomed range `from`, `span` and the `width` of the canvas; `y(row)` in pixels
 */
export function place(boxes, row, view) {
  const scale = view.width / view.span;
  const left = Math.max(0, (boxes.start[row] - view.from) * scale);
  const right = Math.min(view.width, (boxes.start[row] + boxes.width[row] - view.from) * scale);
  return { left, right, top: view.y(row) };
}

export class Painter {
  constructor(canvas) {
    this.canvas = canvas;
    this.context = canvas.getContext('2d');
    this.names = new Map();
  }

  /** Makes the canvas as large as CSS says, and returns its width in CSS pixels. */
  resize() {
    const { clientWidth, clientHeight } = this.canvas;
    const ratio = window.devicePixelRatio || 1;
    const [width, height] = [Math.round(clientWidth * ratio), Math.round(clientHeight * ratio)];
    if (this.canvas.width !== width || this.canvas.height !== height) {
      Object.assign(this.canvas, { width, height });
    }
    this.context.setTransform(ratio, 0, 0, ratio, 0, 0);
    this.context.font = `12px ${getComputedStyle(this.canvas).fontFamily}`;
    this.letter = this.context.measureText('m').width;
    return clientWidth;
  }

  clear(colors) {
    this.context.fillStyle = colors.gap;
    this.context.fillRect(0, 0, this.canvas.clientWidth, this.canvas.clientHeight);
  }

  /** Draws the boxes of a tree; `shows(row)` says which of them belong to the picture. */
  draw(boxes, view, look) {
    const height = this.canvas.clientHeight;
    for (let row = 0; row < boxes.count; row++) {
      if (!look.shows(row)) continue;
      const { left, right, top } = place(boxes, row, view);
      if (right - left < NARROWEST || top + ROW < 0 || top > height) continue;
      this.#box(boxes, row, { left, width: right - left, top }, look);
    }
  }

  #box(boxes, row, { left, width, top }, look) {
    const { context } = this;
    const frame = look.frames.get(boxes.frame[row]);
    const gap = width > 3 ? 1 : 0;
    // An inlined call hangs on its caller without a gap.
    const lift = frame?.inlined ? 1 : 0;
    context.fillStyle = look.fill(boxes, row, frame);
    context.fillRect(left, top - lift, width - gap, ROW - 1 + lift);
    if (look.found?.has(boxes.frame[row])) {
      context.fillStyle = look.colors.found;
      context.fillRect(left, top + ROW - 5, width - gap, 4);
    }
    if (row === look.current || look.isMiddle?.(row)) {
      context.strokeStyle = look.colors.current;
      context.lineWidth = row === look.current ? 3 : 2;
      context.strokeRect(left + 1, top + 1, Math.max(1, width - gap - 2), ROW - 3);
    }
    if (width >= TEXT_FROM) this.#label(look.label(boxes, row, frame), left, width, top, look.colors.text);
  }

  #label({ before, name }, left, width, top, color) {
    const room = Math.floor((width - 2 * PADDING) / this.letter);
    let known = this.names.get(name);
    if (!known) this.names.set(name, (known = forms(name)));
    const left_over = room - before.length;
    let text = known.find((form) => form.length <= left_over);
    if (text === undefined) {
      const shortest = known[known.length - 1];
      text = left_over >= 3 ? `${shortest.slice(0, left_over - 1)}\u2026` : '';
    }
    const whole = before.length <= room ? before + text : '';
    this.context.fillStyle = color;
    this.context.fillText(whole, left + PADDING, top + 13.5);
  }
}
