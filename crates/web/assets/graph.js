// The call graph: moved by dragging, zoomed by the wheel, by two fingers or by keys; boxes are selected.

import { isSelected, toggle } from './selection.js';

const LEAST = 0.05;
const MOST = 20;
const STEP = 1.1;

/** The least scale at which the smallest boxes can be read. */
const READABLE = 0.8;

class Camera {
  constructor(element, picture) {
    Object.assign(this, { element, picture, scale: 1, x: 0, y: 0 });
  }

  /** Shows all of the picture, not much larger than it was drawn. */
  fit() {
    const box = this.picture.viewBox.baseVal;
    const [width, height] = [this.element.clientWidth, this.element.clientHeight];
    const scale = Math.min(width / box.width, height / box.height, 1.4);
    this.scale = Math.min(Math.max(scale, LEAST), MOST);
    this.still = () => this.fit();
    this.x = (width - box.width * this.scale) / 2;
    this.y = Math.max(0, (height - box.height * this.scale) / 2);
    this.apply();
  }

  /** Shows all of the picture if it can be read then, else as much as can be from `box` on, its top. */
  read(box) {
    this.fit();
    if (this.scale < READABLE && box) {
      this.scale = READABLE;
      this.x = this.y = 0;
      this.apply();
      const [place, top] = [this.element.getBoundingClientRect(), box.getBoundingClientRect()];
      this.x = place.left + place.width / 2 - (top.left + top.width / 2);
      this.y = Math.min(0, place.top + 10 - top.top);
      this.apply();
    }
    this.still = () => this.read(box);
  }

  move(x, y) {
    this.still = undefined;
    this.x += x;
    this.y += y;
    this.apply();
  }

  /** Zooms; the point at `x`, `y` of the element stays where it is. */
  zoom(factor, x, y) {
    const scale = Math.min(Math.max(this.scale * factor, LEAST), MOST);
    const ratio = scale / this.scale;
    this.still = undefined;
    this.x = x - (x - this.x) * ratio;
    this.y = y - (y - this.y) * ratio;
    this.scale = scale;
    this.apply();
  }

  apply() {
    const { width, height } = this.picture.viewBox.baseVal;
    this.picture.style.width = `${width * this.scale}px`;
    this.picture.style.height = `${height * this.scale}px`;
    this.picture.style.transform = `translate(${this.x}px, ${this.y}px)`;
  }
}

function startMoving(element, camera) {
  const pointers = new Map();
  const spread = () => {
    const [a, b] = [...pointers.values()];
    return Math.hypot(a.x - b.x, a.y - b.y);
  };
  let moved = 0;
  element.addEventListener('pointerdown', (event) => {
    pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    if (pointers.size === 1) moved = 0;
  });
  addEventListener('pointermove', (event) => {
    const last = pointers.get(event.pointerId);
    if (!last) return;
    const before = pointers.size === 2 ? spread() : 0;
    const [x, y] = [event.clientX - last.x, event.clientY - last.y];
    pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    moved += Math.abs(x) + Math.abs(y);
    const place = element.getBoundingClientRect();
    if (before > 0) camera.zoom(spread() / before, event.clientX - place.left, event.clientY - place.top);
    else camera.move(x, y);
  });
  for (const end of ['pointerup', 'pointercancel']) {
    addEventListener(end, (event) => pointers.delete(event.pointerId));
  }
  element.addEventListener('wheel', (event) => {
    event.preventDefault();
    const place = element.getBoundingClientRect();
    const factor = event.deltaY < 0 ? STEP : 1 / STEP;
    camera.zoom(factor, event.clientX - place.left, event.clientY - place.top);
  }, { passive: false });
  return { wasMoved: () => moved > 5 };
}

function startKeys(element, camera) {
  const center = () => [element.clientWidth / 2, element.clientHeight / 2];
  const keys = {
    '+': () => camera.zoom(STEP * STEP, ...center()),
    '=': () => camera.zoom(STEP * STEP, ...center()),
    '-': () => camera.zoom(1 / STEP / STEP, ...center()),
    0: () => camera.fit(),
    ArrowLeft: () => camera.move(40, 0),
    ArrowRight: () => camera.move(-40, 0),
    ArrowUp: () => camera.move(0, 40),
    ArrowDown: () => camera.move(0, -40),
  };
  element.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || !keys[event.key]) return;
    event.preventDefault();
    keys[event.key]();
  });
}

function startButtons(main, camera) {
  const { element } = camera;
  main.querySelector('.graph-tools').addEventListener('click', ({ target }) => {
    const { zoom } = target.closest('button')?.dataset ?? {};
    if (zoom === 'all') camera.fit();
    else if (zoom) camera.zoom(STEP ** (3 * Number(zoom)), element.clientWidth / 2, element.clientHeight / 2);
  });
}

/** The box that is drawn above all others. */
function highest(boxes) {
  const top = (group) => group.getBoundingClientRect().top;
  return boxes.map(({ group }) => group).sort((a, b) => top(a) - top(b))[0];
}

/** The groups of boxes with the names of what they stand for: the group `nodeN` is the N-th, from 1. */
function boxesOf(picture, names) {
  const numbered = (_, at) => picture.querySelector(`#node${at + 1}`);
  return names.map((name, at) => ({ name, group: numbered(name, at) })).filter(({ group }) => group);
}

export function start(main) {
  const element = main.querySelector('#graph');
  const picture = element?.querySelector('svg');
  if (!picture) return {};
  const names = JSON.parse(main.querySelector('#nodes').textContent);
  const boxes = boxesOf(picture, names);
  const camera = new Camera(element, picture);
  camera.read(highest(boxes));
  // It follows the size of the window until someone moves it.
  new ResizeObserver(() => camera.still?.()).observe(element);
  startButtons(main, camera);
  const moving = startMoving(element, camera);
  startKeys(element, camera);
  for (const { name, group } of boxes) group.classList.toggle('selected', isSelected(name));
  element.addEventListener('click', ({ target }) => {
    const box = boxes.find(({ group }) => group.contains(target));
    if (box && !moving.wasMoved()) box.group.classList.toggle('selected', toggle(box.name));
  });
  return {
    highlight(test) {
      for (const { name, group } of boxes) group.classList.toggle('found', test !== undefined && test(name));
    },
  };
}
