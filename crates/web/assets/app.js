// Every page starts here. What a page needs beyond the header is a module of its own.

import { startConfigs } from './config.js';
import { startKeyboard } from './keyboard.js';
import { startMenus } from './menus.js';
import { startSearch } from './search.js';
import { followSelection } from './selection.js';

const VIEWS = {
  flamegraph: () => import('./flame/page.js'),
  graph: () => import('./graph.js'),
  source: () => import('./source.js'),
  top: () => import('./table.js'),
};

/** What a sample type or an option changes on a page, beside its content. */
const SURROUNDINGS = ['header', '.samples', '#errors', '#hints'];

let view; // of this page: { highlight(test, frames), reload() }, both optional

async function startView() {
  const load = VIEWS[document.body.dataset.view];
  view = load ? (await load()).start(document.querySelector('main')) : {};
}

/** Shows another address of the same page without leaving it. */
export async function visit(href, { push = true } = {}) {
  const response = await fetch(href);
  const page = new DOMParser().parseFromString(await response.text(), 'text/html');
  if (push) history.pushState(null, '', response.url);
  document.title = page.title;
  const kept = view.reload ? SURROUNDINGS : [...SURROUNDINGS, 'main'];
  for (const name of kept) {
    const [old, fresh] = [document.querySelector(name), page.querySelector(name)];
    if (old && fresh) old.replaceWith(document.adoptNode(fresh));
  }
  followSelection();
  if (view.reload) await view.reload();
  else await startView();
}

function sampleTypesInPlace() {
  document.addEventListener('click', (event) => {
    const link = event.target.closest?.('a[data-sample]');
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const { sample } = link.dataset;
    const query = new URLSearchParams(location.search);
    query.set('si', sample);
    visit(`${location.pathname}?${query}`).then(() => {
      document.querySelector(`.samples a[data-sample="${CSS.escape(sample)}"]`)?.focus();
    });
  });
  addEventListener('popstate', () => visit(location.href, { push: false }));
}

startMenus();
startSearch((test, frames) => view?.highlight?.(test, frames));
startConfigs();
startKeyboard();
sampleTypesInPlace();
await startView();
document.body.dataset.ready = 'true';
