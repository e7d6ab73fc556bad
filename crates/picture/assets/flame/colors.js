// Colours of boxes: by package, or by what a comparison says of them.

const HUES = 24;

/** What names of one package share: everything up to the last part. */
export function packageOf(name, file) {
  const found = /^((?:.*\/)?[\w]+)(?:\.|::)[^/]*$/.exec(name);
  return found ? found[1] : file.replace(/\/[^/]*$/, '');
}

/** A number from 0 to 1 that is the same for equal texts, and far from those of texts nearly equal: FNV-1a, mixed. */
function spread(text) {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) {
    hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}

/** Colours in the theme of `element`, from the custom properties of its style. */
export function palette(element) {
  const style = getComputedStyle(element);
  const value = (name) => style.getPropertyValue(name).trim();
  const [saturation, lightness] = [value('--box-saturation'), value('--box-lightness')];
  const hues = Array.from({ length: HUES }, (_, step) => {
    return `hsl(${Math.round((step * 360) / HUES)} ${saturation} ${lightness})`;
  });
  const named = (name) => value(`--${name}`);
  return {
    ofFrame: ({ name, file }) => hues[Math.floor(spread(packageOf(name, file)) * HUES)],
    root: named('box-root'),
    text: named('box-text'),
    gap: named('surface'),
    found: named('box-found'),
    current: named('accent'),
    grew: named('grew'),
    shrank: named('shrank'),
    appeared: named('appeared'),
    gone: named('gone'),
    same: named('box-root'),
  };
}

/** What happened to a box between two profiles, in a word. Without `sides` only what is between them is known. */
export function change({ before, after }, sides) {
  if (sides && before === 0 && after > 0) return 'appeared';
  if (sides && after === 0 && before > 0) return 'gone';
  if (after > before) return 'grew';
  return after < before ? 'shrank' : 'same';
}
