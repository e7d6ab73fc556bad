// Keys that mean the same on every page.

const isTyping = (target) => target.matches?.('input, textarea, select') || target.closest?.('dialog');

export function startKeyboard() {
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    const views = [...document.querySelectorAll('a[data-view]')];
    if (event.key === '/') {
      event.preventDefault();
      document.getElementById('search').select();
    } else if (event.key === '?') {
      document.getElementById('help').showModal();
    } else if (/^[1-9]$/.test(event.key) && views[event.key - 1]) {
      views[event.key - 1].click();
    } else if (event.key === 's') {
      const types = [...document.querySelectorAll('.samples a[data-sample]')];
      const at = types.findIndex((type) => type.hasAttribute('aria-current'));
      types[(at + 1) % types.length]?.click();
    }
  });
}
