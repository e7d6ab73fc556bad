// The table of functions: rows that sort, and can be selected.

import { isSelected, toggle } from './selection.js';

/** Text of a share as the report writes it. */
function share(value, total) {
  const percent = total === 0 ? 0 : Math.abs(value / total) * 100;
  if (percent >= 99.95 && percent <= 100.05) return '100%';
  if (percent === 0) return '0%';
  return `${percent >= 1 ? percent.toFixed(2) : Number(percent.toPrecision(2))}%`;
}

function sumUp(table, rows) {
  const total = Number(table.dataset.total);
  let sum = 0;
  for (const row of rows) {
    sum += Number(row.dataset.flat);
    row.querySelector('.sum').textContent = share(sum, total);
  }
}

function sort(table, column, ascending) {
  const body = table.tBodies[0];
  const rows = [...body.rows];
  const value = (row) => (column === 'name' ? row.dataset.name : Number(row.dataset[column]));
  const order = (a, b) => (value(a) < value(b) ? -1 : value(a) > value(b) ? 1 : 0);
  rows.sort((a, b) => (ascending ? order(a, b) : order(b, a)));
  sumUp(table, rows);
  body.append(...rows);
}

function startSorting(table) {
  table.tHead.addEventListener('click', ({ target }) => {
    const button = target.closest('button[data-column]');
    if (!button) return;
    const head = button.closest('th');
    const byName = button.dataset.column === 'name';
    const was = head.getAttribute('aria-sort');
    const ascending = was ? was !== 'ascending' : byName;
    for (const other of table.tHead.querySelectorAll('[aria-sort]')) other.removeAttribute('aria-sort');
    head.setAttribute('aria-sort', ascending ? 'ascending' : 'descending');
    sort(table, button.dataset.column, ascending);
  });
}

function startSelecting(table) {
  for (const row of table.tBodies[0].rows) {
    row.tabIndex = 0;
    row.classList.toggle('selected', isSelected(row.dataset.name));
  }
  const change = (row) => row.classList.toggle('selected', toggle(row.dataset.name));
  table.tBodies[0].addEventListener('click', ({ target }) => {
    const row = target.closest('tr');
    if (row && getSelection().isCollapsed) change(row);
  });
  table.tBodies[0].addEventListener('keydown', (event) => {
    const row = event.target.closest('tr');
    if (event.key === ' ' || event.key === 'Enter') {
      event.preventDefault();
      change(row);
    } else if (event.key === 'ArrowDown') {
      event.preventDefault();
      row.nextElementSibling?.focus();
    } else if (event.key === 'ArrowUp') {
      event.preventDefault();
      row.previousElementSibling?.focus();
    }
  });
}

export function start(main) {
  const table = main.querySelector('table.top');
  if (!table) return {};
  startSorting(table);
  startSelecting(table);
  return {
    highlight(test) {
      for (const row of table.tBodies[0].rows) {
        row.classList.toggle('found', test !== undefined && test(row.dataset.name));
      }
    },
  };
}
