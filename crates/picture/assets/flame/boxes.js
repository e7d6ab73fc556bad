// From the columns of a tree, as the server sends them, to boxes with places.

/**
 * A tree laid out: parallel columns, a row a box, parents before their children.
 *
 * @typedef {object} Boxes
 * @property {number} count
 * @property {number} deepest
 * @property {number[]} depth distance from the root
 * @property {number[]} frame number of the frame, -1 for the root
 * @property {Int32Array} parent row of the parent, -1 for the root
 * @property {Float64Array} start where the box begins, in units of the profile
 * @property {Float64Array} width how wide it is, likewise
 */

/** @returns {Boxes} */
export function layOut(tree) {
  const count = tree.depth.length;
  const start = new Float64Array(count);
  const width = new Float64Array(count);
  const parent = new Int32Array(count);
  const next = [0]; // for each depth, where its next box begins
  const open = []; // for each depth, the last box
  let deepest = 0;
  for (let row = 0; row < count; row++) {
    const depth = tree.depth[row];
    width[row] = tree.plus[row] + (tree.minus?.[row] ?? 0);
    start[row] = next[depth];
    next[depth] += width[row];
    next[depth + 1] = start[row];
    parent[row] = depth === 0 ? -1 : open[depth - 1];
    open[depth] = row;
    deepest = Math.max(deepest, depth);
  }
  return { ...tree, count, deepest, start, width, parent };
}

/** The row that the frames lead to from the root, or -1. */
export function find(boxes, frames) {
  let row = 0;
  for (const frame of frames) {
    row = children(boxes, row).find((child) => boxes.frame[child] === frame) ?? -1;
    if (row < 0) return -1;
  }
  return row;
}

/** The frames on the way from the root to a row, that of the root left out. */
export function wayTo(boxes, row) {
  const way = [];
  for (let at = row; at > 0; at = boxes.parent[at]) way.unshift(boxes.frame[at]);
  return way;
}

/** The rows of the children of a row. */
export function children(boxes, row) {
  const found = [];
  const depth = boxes.depth[row];
  for (let at = row + 1; at < boxes.count && boxes.depth[at] > depth; at++) {
    if (boxes.depth[at] === depth + 1) found.push(at);
  }
  return found;
}

/** The row next to a row among its siblings, before (-1) or after (1) it; the row itself at an end. */
export function sibling(boxes, row, step) {
  if (row <= 0) return row;
  const siblings = children(boxes, boxes.parent[row]);
  return siblings[siblings.indexOf(row) + step] ?? row;
}

/** What a box stands for, in numbers: after and before in a comparison. */
export function sums(boxes, row) {
  return {
    after: boxes.plus[row],
    before: boxes.minus?.[row] ?? 0,
    own: boxes.own[row] - (boxes.ownMinus?.[row] ?? 0),
  };
}
