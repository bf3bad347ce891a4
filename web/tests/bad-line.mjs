/**
 * A bad line between phones and the server: 256 kbit/s each way for all connections together, of
 * every five pieces one is lost and comes late, and connections die in the middle, each after a
 * number of pieces of its own.
 */
import { once } from 'node:events';
import { connect, createServer } from 'node:net';

const PIECE_BYTES = 1_400;
/** 256 kbit/s. */
const MS_PER_PIECE = (PIECE_BYTES * 8) / 256;
/** One in so many. */
const LOST = 5;
const LATE_MS = 300;
/**
 * How many pieces, both ways together, each connection lives, in the order in which they are first
 * used: browsers open some that they never use. The first loses the request itself, so that
 * whoever asks anything sees the line die; the second brings a request and loses the answer.
 */
const LIVES_PIECES = [0, 1, 3, 8, 2, 5];

export class BadLine {
  #listener;
  #to;
  #state;
  #open = new Set();
  /** Before this the line is as good as any. */
  isBad = false;
  #isNarrow = false;
  /** When the piece before has passed, by direction. */
  #passed = { up: 0, down: 0 };
  #awaited = new Map();
  died = 0;
  #turn = 0;

  constructor(seed, to) {
    [this.#state, this.#to] = [seed, to];
  }

  static async to(address, seed = 1) {
    const line = new BadLine(seed, Number(new URL(address).port));
    line.#listener = createServer((phone) => line.#carry(phone));
    line.#listener.listen(0, '127.0.0.1');
    await once(line.#listener, 'listening');
    return line;
  }

  get address() {
    return `http://localhost:${this.#listener.address().port}`;
  }

  /** From now on, for connections that are open, too: they end. */
  worsen() {
    this.isBad = true;
    for (const socket of this.#open) socket.destroy();
  }

  /** From now on it is narrow and no worse. */
  narrow() {
    this.#isNarrow = true;
  }

  /** Resolves when a phone next says these words. */
  hears(words) {
    return new Promise((resolve) => this.#awaited.set(words, resolve));
  }

  close() {
    for (const socket of this.#open) socket.destroy();
    this.#listener.close();
  }

  #carry(phone) {
    const server = connect(this.#to, '127.0.0.1');
    const end = () => {
      for (const one of [phone, server]) this.#open.delete(one), one.destroy();
    };
    const life = { pieces: null, end: () => ((this.died += 1), end()) };
    for (const one of [phone, server]) this.#open.add(one), one.on('error', end).on('close', end);
    void this.#pour([phone, server], 'up', life);
    void this.#pour([server, phone], 'down', life);
  }

  #pieces() {
    if (!this.isBad) return Infinity;
    this.#turn += 1;
    return LIVES_PIECES[(this.#turn - 1) % LIVES_PIECES.length];
  }

  async #pour([from, to], way, life) {
    try {
      for await (const bytes of from) {
        if (way === 'up') this.#listen(bytes);
        for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
          if (this.isBad || this.#isNarrow) await this.#delay(way);
          life.pieces ??= this.#pieces();
          if ((life.pieces -= 1) < 0) return life.end();
          if (!to.write(bytes.subarray(at, at + PIECE_BYTES))) await once(to, 'drain');
        }
      }
      to.end();
    } catch {
      // Somebody hung up.
    }
  }

  #listen(bytes) {
    for (const [words, resolve] of this.#awaited) {
      if (!bytes.includes(words)) continue;
      this.#awaited.delete(words);
      resolve();
    }
  }

  #delay(way) {
    const now = performance.now();
    this.#passed[way] = Math.max(this.#passed[way], now) + MS_PER_PIECE;
    const late = this.isBad && this.#chance(LOST) ? LATE_MS : 0;
    return new Promise((resolve) => setTimeout(resolve, this.#passed[way] - now + late));
  }

  #chance(of) {
    return this.#next() % of === 0;
  }

  #next() {
    this.#state = (Math.imul(this.#state, 1_664_525) + 1_013_904_223) >>> 0;
    return this.#state >>> 8;
  }
}
