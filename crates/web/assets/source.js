// Source: a click on a line shows or hides its machine code.

export function start(main) {
  const flip = (line) => {
    const code = line.nextElementSibling;
    if (code?.classList.contains('asm')) code.classList.toggle('shown');
  };
  for (const line of main.querySelectorAll('.livesrc')) {
    line.tabIndex = 0;
    line.setAttribute('role', 'button');
  }
  main.addEventListener('click', ({ target }) => {
    const line = target.closest('.livesrc');
    if (line && getSelection().isCollapsed) flip(line);
  });
  main.addEventListener('keydown', (event) => {
    const line = event.target.closest('.livesrc');
    if (line && (event.key === 'Enter' || event.key === ' ')) {
      event.preventDefault();
      flip(line);
    }
  });
  return {};
}
