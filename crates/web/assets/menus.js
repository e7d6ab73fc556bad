// Menus: one open at a time, closed by Escape and by a click elsewhere, walked with arrow keys.

const open = () => document.querySelector('details.menu[open], details.about[open]');

function close(menu, { focus = false } = {}) {
  menu.open = false;
  if (focus) menu.querySelector('summary').focus();
}

function walk(menu, step) {
  const entries = [...menu.querySelectorAll('.sheet a, .sheet button')];
  const at = entries.indexOf(document.activeElement);
  const next = at < 0 && step < 0 ? entries.length - 1 : (at + step + entries.length) % entries.length;
  entries[next]?.focus();
}

export function startMenus() {
  document.addEventListener('toggle', ({ target }) => {
    if (!target.open || !target.matches?.('details.menu, details.about')) return;
    for (const other of document.querySelectorAll('details[open]')) {
      if (other !== target && other.matches('.menu, .about')) close(other);
    }
  }, true);
  document.addEventListener('click', ({ target }) => {
    const menu = open();
    if (menu && (!menu.contains(target) || target.closest('.sheet a'))) close(menu);
    if (target.closest?.('#theme')) window.nextTheme();
    if (target.closest?.('#keys')) document.getElementById('help').showModal();
  });
  document.addEventListener('keydown', (event) => {
    const menu = document.activeElement?.closest?.('details.menu[open]');
    if (event.key === 'Escape' && open()) {
      close(open(), { focus: true });
      event.stopImmediatePropagation();
    } else if (menu && (event.key === 'ArrowDown' || event.key === 'ArrowUp')) {
      event.preventDefault();
      walk(menu, event.key === 'ArrowDown' ? 1 : -1);
    }
  });
}
