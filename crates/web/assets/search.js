// The search box: marks what matches while one types, says how much it is, and keeps it with Enter.

import { compiled } from './flame/regexp.js';
import { address } from './selection.js';

const DELAY = 150; // after the last key, in milliseconds

let highlight;
let timer;
let latest = 0;

/** A test for names, or nothing if the text is no regular expression of the browser's. */
export function tester(text) {
  if (text === '') return undefined;
  try {
    const regexp = compiled(text);
    return (name) => regexp.test(name);
  } catch {
    return (name) => name.includes(text);
  }
}

async function search(text) {
  const mine = ++latest;
  const output = document.getElementById('found');
  if (text === '') {
    output.textContent = '';
    highlight(undefined, undefined);
    return;
  }
  // The server knows all names, also those that are not shown, and counts each stack once.
  const response = await fetch(address('data/search', { q: text }));
  const found = await response.json();
  if (mine !== latest) return;
  if (found.error) {
    output.textContent = found.error;
    output.classList.add('error');
    return;
  }
  output.classList.remove('error');
  output.textContent = `${found.text} (${found.share})`;
  highlight(tester(text), new Set(found.frames));
}

/** Does again what the search box says, after the page has changed. */
export function searchAgain() {
  const input = document.getElementById('search');
  const isFocus = input.value === (new URLSearchParams(location.search).get('f') ?? '');
  if (!isFocus || document.activeElement === input) search(input.value);
}

export function startSearch(mark) {
  highlight = mark;
  document.addEventListener('input', ({ target }) => {
    if (target.id !== 'search') return;
    clearTimeout(timer);
    timer = setTimeout(() => search(target.value), DELAY);
  });
  document.addEventListener('keydown', (event) => {
    if (event.target.id !== 'search' || event.isComposing) return;
    if (event.key === 'Enter') {
      const { value } = event.target;
      const inFlames = document.body.dataset.view === 'flamegraph';
      location.assign(address(location.pathname, inFlames ? { p: value, z: '' } : { f: value }));
    } else if (event.key === 'Escape') {
      event.target.value = '';
      search('');
      event.target.blur();
    }
  });
}
