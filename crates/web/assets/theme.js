// Light or dark: as the system says, unless a person chose. Runs before the page is drawn, so that it
// does not flash; everything else is a module.
(() => {
  const KEY = 'heapwise-theme';
  const choices = ['auto', 'light', 'dark'];
  const stored = () => {
    try {
      return localStorage.getItem(KEY) ?? 'auto';
    } catch {
      return 'auto'; // storage may be off
    }
  };
  const apply = (theme) => {
    if (theme === 'auto') delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
  };
  apply(stored());
  window.nextTheme = () => {
    const next = choices[(choices.indexOf(stored()) + 1) % choices.length];
    try {
      localStorage.setItem(KEY, next);
    } catch {
      // It holds until the page is left.
    }
    apply(next);
    document.dispatchEvent(new CustomEvent('themechange'));
    return next;
  };
})();
