// Named configurations: saved and deleted with a POST, which pages of other sites cannot send.

async function change(action, name) {
  const query = new URLSearchParams(location.search);
  query.set('config', name);
  const response = await fetch(`${action}?${query}`, { method: 'POST' });
  if (response.ok) return;
  const errors = document.getElementById('errors');
  const line = document.createElement('p');
  line.textContent = await response.text();
  errors.append(line);
  errors.hidden = false;
  throw new Error('refused');
}

const again = async () => (await import('./app.js')).visit(location.href, { push: false });

export function startConfigs() {
  const dialog = document.getElementById('save-as');
  document.addEventListener('click', ({ target }) => {
    if (target.closest?.('[data-save]')) {
      dialog.querySelector('form').reset();
      dialog.showModal();
    }
    if (target.closest?.('[data-cancel]')) dialog.close('');
    const name = target.closest?.('[data-delete]')?.dataset.delete;
    if (name !== undefined && confirm(`Delete the configuration ${name}?`)) {
      change('deleteconfig', name).then(again, () => {});
    }
  });
  dialog.addEventListener('close', () => {
    const { value } = dialog.querySelector('input');
    if (dialog.returnValue === 'save' && value) change('saveconfig', value).then(again, () => {});
    dialog.returnValue = '';
  });
}
