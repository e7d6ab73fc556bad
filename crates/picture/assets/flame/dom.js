// Elements of a page, also where the page stands in a file that is no HTML.

const HTML = 'http://www.w3.org/1999/xhtml';

/** A new element of HTML with a class and text, both optional. */
export function make(name, className = '', text = '') {
  const made = document.createElementNS(HTML, name);
  if (className) made.className = className;
  made.textContent = text;
  return made;
}
