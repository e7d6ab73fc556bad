// Regular expressions as people type them into a search box.

/** One of the browser's; Go's way to ignore case is understood. Throws what is wrong with it. */
export function compiled(text) {
  const ignoreCase = text.startsWith('(?i)');
  return new RegExp(ignoreCase ? text.slice(4) : text, ignoreCase ? 'i' : '');
}
