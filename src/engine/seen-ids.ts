/**
 * Ids that a walk has met, in eight bytes each: a million links are eight megabytes. Kept as 53-bit hashes, so that one id in some ten
 * thousand million that was not met is taken for one that was; the next walk, in which other ids are met, tells it.
 */
export class SeenIds {
  #hashes = new Float64Array(1024);
  #count = 0;
  #sorted = true;

  add(id: string): void {
    if (this.#count === this.#hashes.length) {
      const wider = new Float64Array(this.#count * 2);
      wider.set(this.#hashes);
      this.#hashes = wider;
    }
    this.#hashes[this.#count] = hashOf(id);
    this.#count += 1;
    this.#sorted = false;
  }

  has(id: string): boolean {
    const wanted = hashOf(id);
    const hashes = this.#inOrder();
    let [low, high] = [0, hashes.length - 1];
    while (low <= high) {
      const middle = (low + high) >>> 1;
      const found = hashes[middle] ?? 0;
      if (found === wanted) return true;
      if (found < wanted) low = middle + 1;
      else high = middle - 1;
    }
    return false;
  }

  #inOrder(): Float64Array {
    const hashes = this.#hashes.subarray(0, this.#count);
    if (!this.#sorted) hashes.sort();
    this.#sorted = true;
    return hashes;
  }
}

/** Two FNV-1a hashes of 32 bits, side by side, as much of them as a number holds exactly. */
function hashOf(text: string): number {
  let [one, two] = [0x811c9dc5, 0x01000193];
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    one = Math.imul(one ^ code, 0x01000193);
    two = Math.imul(two + code, 0x85ebca6b) ^ (two >>> 13);
  }
  return (one >>> 0) * 0x200000 + (two >>> 11);
}
