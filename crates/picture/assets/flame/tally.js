// How much goes through boxes, counted once where one lies on another.

/**
 * The sums over the stacks that hold any of the frames. What was too narrow for the tree is not looked into:
 * `unseen` is how much of it may be more.
 *
 * @param {import('./boxes.js').Boxes} boxes
 * @param {Set<number>} found numbers of frames
 * @returns {{after: number, before: number, unseen: number}}
 */
export function tally(boxes, found) {
  const ends = (row) => boxes.own[row] + (boxes.ownMinus?.[row] ?? 0);
  const inside = new Float64Array(boxes.count); // what boxes below each account for
  for (let row = 1; row < boxes.count; row++) inside[boxes.parent[row]] += boxes.width[row];
  let [after, before, unseen] = [0, 0, 0];
  let covered = Infinity; // the depth of the box that counts for all on it
  for (let row = 0; row < boxes.count; row++) {
    if (boxes.depth[row] > covered) continue;
    covered = Infinity;
    if (found.has(boxes.frame[row])) {
      covered = boxes.depth[row];
      after += boxes.plus[row];
      before += boxes.minus?.[row] ?? 0;
    } else {
      unseen += boxes.width[row] - ends(row) - inside[row];
    }
  }
  return { after, before, unseen };
}
