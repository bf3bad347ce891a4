/** Heights of a list's rows, and which row lies where. */

export class Heights {
  readonly #heights: Float64Array;
  /** Top of each row, and the end of the last. */
  readonly #tops: Float64Array;
  /** Tops are right up to this row. */
  #rightUpTo = 0;

  /** Begins with a guess per row, in pixels. */
  constructor(guesses: readonly number[]) {
    this.#heights = Float64Array.from(guesses);
    this.#tops = new Float64Array(guesses.length + 1);
  }

  get total(): number {
    return this.topOf(this.#heights.length);
  }

  topOf(row: number): number {
    for (; this.#rightUpTo < row; this.#rightUpTo++) {
      this.#tops[this.#rightUpTo + 1] = this.#tops[this.#rightUpTo]! + this.#heights[this.#rightUpTo]!;
    }
    return this.#tops[row] ?? 0;
  }

  /** The row at this distance from the top; the nearest one beyond both ends. */
  rowAt(pixels: number): number {
    let [low, high] = [0, Math.max(0, this.#heights.length - 1)];
    this.topOf(this.#heights.length);
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#tops[middle]! <= pixels) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** Says whether the measured height differs from what was known. */
  set(row: number, pixels: number): boolean {
    if (Math.abs((this.#heights[row] ?? pixels) - pixels) < 0.5 || pixels === 0) return false;
    this.#heights[row] = pixels;
    this.#rightUpTo = Math.min(this.#rightUpTo, row);
    return true;
  }
}
