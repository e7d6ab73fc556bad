// The names that are selected, and the links that depend on them.

/** Parameters to which a refinement adds; the others it replaces. */
const ADDING = ['i', 'h'];

/** Pages that show what the parameter `f` matches. */
const OF_FUNCTIONS = ['peek', 'source', 'disasm'];

const selected = new Set();

/** A regular expression that matches exactly a name. */
export function exactly(name) {
  return `^${name.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')}$`;
}

/** The same for peek, where the place in the source follows the name. */
export function exactlyOnLines(name) {
  return exactly(name).replace(/\$$/, '( |$)');
}

const pattern = (quote = exactly) => [...selected].map(quote).join('|');

/** Selects a name, or does not any more; returns which of the two. */
export function toggle(name) {
  const added = !selected.delete(name) && selected.add(name) !== undefined;
  followSelection();
  return added;
}

export const isSelected = (name) => selected.has(name);

/** Selects these names and no others. */
export function select(names) {
  selected.clear();
  names.forEach((name) => selected.add(name));
  followSelection();
}

/** The address of a page, with these parameters in place of its own; empty ones are left out. */
export function address(page, changes) {
  const query = new URLSearchParams(location.search);
  for (const [name, value] of Object.entries(changes)) {
    if (value) query.set(name, value);
    else query.delete(name);
  }
  const text = query.toString();
  return text ? `${page}?${text}` : page;
}

/** The address of this page refined by names that match `regexp`. */
export function refined(parameter, regexp) {
  const old = new URLSearchParams(location.search).get(parameter);
  const value = ADDING.includes(parameter) && old ? `${regexp}|${old}` : regexp;
  return address(location.pathname, { [parameter]: value, z: '', p: '' });
}

/** Brings links up to date: those of views and of refinements. */
export function followSelection() {
  const regexp = pattern();
  for (const link of document.querySelectorAll('a[data-view]')) {
    const changes = { z: '', p: '' };
    const { view } = link.dataset;
    if (regexp && OF_FUNCTIONS.includes(view)) changes.f = view === 'peek' ? pattern(exactlyOnLines) : regexp;
    link.setAttribute('href', address(view, changes));
  }
  for (const link of document.querySelectorAll('a[data-refine]')) {
    if (regexp) {
      link.setAttribute('href', refined(link.dataset.refine, regexp));
      link.removeAttribute('aria-disabled');
    } else {
      link.removeAttribute('href');
      link.setAttribute('aria-disabled', 'true');
    }
  }
}
