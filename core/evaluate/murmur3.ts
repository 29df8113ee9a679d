const C1 = 0xcc9e2d51;
const C2 = 0x1b873593;

function mix(k: number): number {
  const low = Math.imul(k, C1);
  return Math.imul((low << 15) | (low >>> 17), C2);
}

function fold(h: number, k: number): number {
  const x = h ^ mix(k);
  return (Math.imul((x << 13) | (x >>> 19), 5) + 0xe6546b64) | 0;
}

/** Where a hash stands after some text: the folded words, the bytes that do not fill a word yet, and how many bytes in all. */
export interface Murmur3State {
  readonly h: number;
  readonly k: number;
  readonly bytes: number;
}

// The state is handed over in these, so that neither the hot path nor a continuation allocates. Nothing here awaits,
// so no two hashes are ever under way at once.
let pending = 0;
let length = 0;

/**
 * Folds the UTF-8 bytes of `text` into `h`, going on from `pending` and `length`, which it leaves as they are after
 * the text. The bytes are made here, so that every host hashes the same ones; a lone surrogate counts as U+FFFD, as
 * TextEncoder writes it.
 */
function absorb(h: number, text: string): number {
  let k = pending;
  let bytes = length;
  for (let i = 0; i < text.length; i++) {
    let code = text.charCodeAt(i);
    if (code < 0x80) {
      k |= code << (bytes << 3);
      bytes += 1;
      if ((bytes & 3) === 0) {
        h = fold(h, k);
        k = 0;
      }
      continue;
    }
    let rest: number;
    let lead: number;
    if (code < 0x800) {
      lead = 0xc0 | (code >> 6);
      rest = 1;
    } else {
      if ((code & 0xfc00) === 0xd800 && (text.charCodeAt(i + 1) & 0xfc00) === 0xdc00) {
        code = 0x10000 + ((code & 0x3ff) << 10) + (text.charCodeAt(++i) & 0x3ff);
      } else if ((code & 0xf800) === 0xd800) {
        code = 0xfffd;
      }
      rest = code < 0x10000 ? 2 : 3;
      lead = rest === 2 ? 0xe0 | (code >> 12) : 0xf0 | (code >> 18);
    }
    for (let n = rest; n >= 0; n--) {
      const byte = n === rest ? lead : 0x80 | ((code >> (6 * n)) & 0x3f);
      k |= byte << (bytes << 3);
      bytes += 1;
      if ((bytes & 3) === 0) {
        h = fold(h, k);
        k = 0;
      }
    }
  }
  pending = k;
  length = bytes;
  return h;
}

function finish(h: number): number {
  let x = (length & 3) === 0 ? h : h ^ mix(pending);
  x ^= length;
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return (x ^ (x >>> 16)) >>> 0;
}

/**
 * murmur3 x86 32-bit over the UTF-8 bytes of `text`, unsigned.
 * Source: Austin Appleby, MurmurHash3.cpp (public domain).
 */
export function murmur3(text: string, seed: number): number {
  pending = 0;
  length = 0;
  return finish(absorb(seed | 0, text));
}

/**
 * The state after `prefix`, for texts that all begin with it: `continueMurmur3(startMurmur3(a, seed), b)` is
 * `murmur3(a + b, seed)`, unless a surrogate pair is cut in two between them.
 */
export function startMurmur3(prefix: string, seed: number): Murmur3State {
  pending = 0;
  length = 0;
  const h = absorb(seed | 0, prefix);
  return { h, k: pending, bytes: length };
}

/** The hash of the prefix that `state` stands for followed by `text`, unsigned. Leaves the state as it is. */
export function continueMurmur3(state: Murmur3State, text: string): number {
  pending = state.k;
  length = state.bytes;
  return finish(absorb(state.h, text));
}
