// Finds what somebody meant who mistyped a word.

/**
 * The candidate closest to a word, or undefined if none is close: up to a third of the word's letters
 * may be wrong, missing, added or swapped with their neighbour, never more than 3 nor than `most`.
 * Case counts only among equally close ones, then the order of the candidates.
 */
export function closest(word: string, candidates: readonly string[], most = 3): string | undefined {
  const limit = Math.min(most, 3, Math.floor((word.length + 1) / 3));
  const folded = word.toLowerCase();
  let best: string | undefined;
  let bestCost = Number.POSITIVE_INFINITY;
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - word.length) > limit) continue;
    const distance = editDistance(folded, candidate.toLowerCase());
    if (distance > limit) continue;
    // The letters' case decides after the distance: it adds less than one edit.
    const cost = distance + differences(word, candidate) / (word.length + candidate.length + 1);
    if (cost < bestCost) {
      best = candidate;
      bestCost = cost;
    }
  }
  return best;
}

function differences(a: string, b: string): number {
  return a === b ? 0 : editDistance(a, b);
}

/** Edits from one word to the other; swapping two neighbours is one edit [optimal string alignment]. */
function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let above = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const change = above[column - 1]! + (a[row - 1] === b[column - 1] ? 0 : 1);
      const swapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      const swap = swapped ? before[column - 2]! + 1 : change;
      current.push(Math.min(change, swap, above[column]! + 1, current[column - 1]! + 1));
    }
    before = above;
    above = current;
  }
  return above[b.length]!;
}
