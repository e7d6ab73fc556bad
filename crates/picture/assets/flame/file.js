// A flame graph in a file of its own: all data is in the file, state is in the part of the address after #.
//
// The same script serves pages, and pictures whose root it replaces by the page they carry.

import { layOut } from './boxes.js';
import { compiled } from './regexp.js';
import { tally } from './tally.js';
import { START, FlameViewer } from './viewer.js';

const DELAY = 100; // after the last key of a search, in milliseconds
const THEMES = ['auto', 'light', 'dark'];
const script = document.currentScript;

/** The state that the address means, and what is searched for. */
function stateOf(hash) {
  const query = new URLSearchParams(hash.slice(1));
  const zoom = (query.get('z') ?? '').split('.').filter((part) => /^\d+$/.test(part)).map(Number);
  const shape = query.get('view') === 'callers' ? 'callers' : 'callees';
  return { shape, zoom, search: query.get('q') ?? '' };
}

/** The address of a state; what says nothing new is left out. */
function hashOf({ shape, zoom, search }) {
  const query = new URLSearchParams();
  if (shape !== START.shape) query.set('view', shape);
  if (zoom.length > 0) query.set('z', zoom.join('.'));
  if (search) query.set('q', search);
  return `#${query}`;
}

class FlameFile {
  constructor(data) {
    this.data = data;
    this.boxes = layOut(data.trees.callees);
    this.state = stateOf(location.hash);
    const load = async ({ shape }) => ({ ...data, trees: { [shape]: data.trees[shape] } });
    this.viewer = new FlameViewer(document.querySelector('[data-flame]'), { load });
    this.search = document.getElementById('search');
    this.found = document.getElementById('found');
    this.#listen();
  }

  /** Shows what the state says. */
  async show() {
    const { shape, zoom, search } = this.state;
    for (const button of document.querySelectorAll('[data-shape]')) {
      button.setAttribute('aria-pressed', String(button.dataset.shape === shape));
    }
    document.querySelector('[data-zoom-out]').disabled = zoom.length === 0;
    await this.viewer.show({ shape, zoom });
    if (this.search.value !== search) this.search.value = search;
    this.#mark(search);
  }

  /** Goes on to another state, from which the browser's way back leads here unless it takes the place of this. */
  #go(change, { instead = false } = {}) {
    this.state = { ...this.state, ...change };
    const hash = hashOf(this.state);
    // Another address is an event, which shows it.
    if (hash === hashOf(stateOf(location.hash))) this.show();
    else if (instead) location.replace(hash);
    else location.hash = hash;
  }

  /** Marks what matches, and says how much of the total goes through it. */
  #mark(text) {
    this.found.classList.remove('error');
    this.found.textContent = '';
    if (text === '') return this.viewer.highlight(undefined);
    let regexp;
    try {
      regexp = compiled(text);
    } catch (error) {
      this.found.classList.add('error');
      this.found.textContent = error.message;
      return this.viewer.highlight(undefined);
    }
    const matching = this.data.frames.filter(([, name, file]) => regexp.test(name) || regexp.test(file));
    const found = new Set(matching.map(([number]) => number));
    const { after, before, unseen } = tally(this.boxes, found);
    const { text: written, share } = this.viewer.values;
    const least = unseen > 0 ? 'at least ' : '';
    this.found.textContent = `${least}${written(after - before)} (${share(after - before)})`;
    return this.viewer.highlight(found);
  }

  #listen() {
    const { viewer } = this;
    let timer;
    addEventListener('hashchange', () => {
      this.state = stateOf(location.hash);
      this.show();
    });
    document.addEventListener('click', ({ target }) => {
      const button = target.closest?.('button');
      const { shape } = button?.dataset ?? {};
      if (shape) this.#go({ shape, zoom: [] });
      if (button?.matches('[data-zoom-out]')) this.#go({ zoom: [] });
      if (button?.id === 'keys') document.getElementById('help').showModal();
      if (button?.id === 'theme') this.#nextTheme();
    });
    this.search.addEventListener('input', () => {
      clearTimeout(timer);
      // No step back for each letter.
      timer = setTimeout(() => this.#go({ search: this.search.value }, { instead: true }), DELAY);
    });
    viewer.addEventListener('zoom', ({ detail }) => this.#go(detail));
    viewer.addEventListener('current', ({ detail }) => {
      document.querySelector('.flame-status').textContent = detail.lines.join(' \u2014 ');
    });
    viewer.addEventListener('painted', () => {
      if (document.body.dataset.painted) return;
      document.body.dataset.painted = 'true';
      performance.mark('first-view');
    });
    document.addEventListener('keydown', (event) => this.#key(event));
  }

  #key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || document.getElementById('help').open) return;
    if (event.target === this.search) {
      if (event.key !== 'Escape') return;
      this.search.blur();
      this.#go({ search: '' });
    } else if (event.key === '/') {
      this.search.select();
    } else if (event.key === 'v') {
      this.#go({ shape: this.state.shape === 'callees' ? 'callers' : 'callees', zoom: [] });
    } else if (event.key === '?') {
      document.getElementById('help').showModal();
    } else if (event.key === 'Escape' && event.target !== this.viewer.canvas) {
      this.viewer.zoomOut();
    } else {
      return;
    }
    event.preventDefault();
  }

  #nextTheme() {
    const { dataset } = document.documentElement;
    const next = THEMES[(THEMES.indexOf(dataset.theme ?? 'auto') + 1) % THEMES.length];
    if (next === 'auto') delete dataset.theme;
    else dataset.theme = next;
    document.dispatchEvent(new CustomEvent('themechange'));
  }
}

addEventListener('DOMContentLoaded', () => {
  const page = script.closest('html');
  if (page !== document.documentElement) document.documentElement.replaceWith(page);
  const data = JSON.parse(document.getElementById('data').textContent);
  if (data.trees.callees.depth.length > 1) new FlameFile(data).show();
});
