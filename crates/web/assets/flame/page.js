// The flame graph page: data from the server, state in the URL, menus around the boxes.

import { searchAgain } from '../search.js';
import { address, exactly, exactlyOnLines, refined, select } from '../selection.js';
import { FlameViewer, START } from './viewer.js';

/** What to do with a function, from its menu. */
const ACTIONS = [
  ['Callers and callees', (name) => address('flamegraph', { p: exactly(name), z: '' })],
  ['Source', (name) => address('source', { f: exactly(name), z: '', p: '' })],
  ['Peek', (name) => address('peek', { f: exactlyOnLines(name), z: '', p: '' })],
  ['Disassemble', (name) => address('disasm', { f: exactly(name), z: '', p: '' })],
  ['Focus', (name) => refined('f', exactly(name))],
  ['Ignore', (name) => refined('i', exactly(name))],
  ['Hide', (name) => refined('h', exactly(name))],
  ['Show from', (name) => refined('sf', exactly(name))],
];

/** The state that an address means. */
function stateOf(search) {
  const query = new URLSearchParams(search);
  const zoom = (query.get('z') ?? '').split('.').filter((part) => /^\d+$/.test(part)).map(Number);
  return {
    shape: query.get('view') === 'callers' ? 'callers' : 'callees',
    order: query.get('order') === 'profile' ? 'profile' : 'width',
    pivot: query.get('p') ?? '',
    zoom,
  };
}

/** The parameters that mean a state; those that say nothing new are empty. */
function parameters(state) {
  return {
    view: state.shape === START.shape ? '' : state.shape,
    order: state.order === START.order ? '' : state.order,
    p: state.pivot,
    z: state.zoom.join('.'),
  };
}

const source = {
  async load(state) {
    const response = await fetch(address('data/flamegraph', parameters(state)));
    const data = await response.json();
    if (data.error) throw new Error(data.error);
    return data;
  },
};

class Page {
  constructor(main) {
    this.main = main;
    this.status = main.querySelector('.flame-status');
    this.viewer = new FlameViewer(main.querySelector('[data-flame]'), source);
    this.#listen();
  }

  async show(state, { push = false } = {}) {
    const whole = { ...this.viewer.state, ...state };
    if (push) history.pushState(null, '', address(location.pathname, parameters(whole)));
    select(whole.zoom.length > 0 && this.viewer.data ? this.#zoomedName(whole.zoom) : []);
    this.#follow(whole);
    try {
      await this.viewer.show(whole);
      this.main.querySelector('.flame-error')?.remove();
    } catch (error) {
      this.#fail(error.message);
    }
  }

  #zoomedName(zoom) {
    const frame = this.viewer.frames.get(zoom[zoom.length - 1]);
    return frame ? [frame.name] : [];
  }

  /** Brings the buttons up to date. */
  #follow({ shape, order, zoom, pivot }) {
    for (const button of this.main.querySelectorAll('[data-shape]')) {
      button.setAttribute('aria-pressed', String(button.dataset.shape === shape && !pivot));
    }
    for (const button of this.main.querySelectorAll('[data-order]')) {
      button.setAttribute('aria-pressed', String(button.dataset.order === order));
    }
    const out = this.main.querySelector('[data-zoom-out]');
    out.disabled = zoom.length === 0 && !pivot;
    out.textContent = pivot ? 'Whole graph' : 'Zoom out';
  }

  #fail(message) {
    const line = this.main.querySelector('.flame-error') ?? document.createElement('p');
    line.className = 'flame-error empty';
    line.textContent = message;
    this.main.append(line);
  }

  #listen() {
    const { viewer, main } = this;
    const go = (state) => this.show(state, { push: true });
    main.querySelector('.flame-tools').addEventListener('click', ({ target }) => {
      const { shape, order } = target.closest('button')?.dataset ?? {};
      if (shape) go({ shape, zoom: [], pivot: '' });
      if (order) go({ order });
      if (target.closest('[data-zoom-out]')) go({ zoom: [], pivot: '' });
    });
    viewer.addEventListener('zoom', ({ detail }) => go(detail));
    viewer.addEventListener('pivot', ({ detail }) => go({ pivot: exactly(detail.name), zoom: [] }));
    viewer.addEventListener('menu', (event) => {
      event.preventDefault();
      openMenu(event.detail);
    });
    viewer.addEventListener('current', ({ detail }) => (this.status.textContent = detail.lines.join(' \u2014 ')));
    viewer.addEventListener('painted', () => {
      if (main.dataset.painted) return;
      main.dataset.painted = 'true';
      performance.mark('first-view');
    });
    document.addEventListener('keydown', (event) => {
      if (event.target.closest?.('input, dialog, details') || event.ctrlKey || event.metaKey) return;
      if (event.key === 'v') go({ shape: viewer.state.shape === 'callees' ? 'callers' : 'callees', zoom: [], pivot: '' });
      if (event.key === 'Escape' && event.target !== viewer.canvas) viewer.zoomOut();
    });
  }
}

/** The menu of a function, where it was asked for. */
function openMenu({ name, x, y }) {
  document.querySelector('.flame-menu')?.remove();
  const menu = document.createElement('div');
  menu.className = 'flame-menu sheet';
  menu.setAttribute('role', 'menu');
  const title = document.createElement('p');
  title.textContent = name;
  menu.append(title);
  for (const [label, href] of ACTIONS) {
    const link = document.createElement('a');
    link.setAttribute('role', 'menuitem');
    link.textContent = label;
    link.href = href(name);
    menu.append(link);
  }
  document.body.append(menu);
  menu.style.left = `${Math.max(0, Math.min(x, innerWidth - menu.offsetWidth - 8))}px`;
  menu.style.top = `${Math.max(0, Math.min(y, innerHeight - menu.offsetHeight - 8))}px`;
  menu.querySelector('a').focus();
  const close = (event) => {
    if (event.type === 'keydown' && event.key !== 'Escape') return;
    menu.remove();
    document.removeEventListener('click', close);
    document.removeEventListener('keydown', close);
  };
  document.addEventListener('click', close);
  document.addEventListener('keydown', close);
}

export function start(main) {
  const page = new Page(main);
  const shown = page.show(stateOf(location.search)).then(searchAgain);
  return shown.then(() => ({
    highlight: (_, frames) => page.viewer.highlight(frames),
    reload: () => page.show(stateOf(location.search)).then(searchAgain),
  }));
}
