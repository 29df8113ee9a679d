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

/**
 * murmur3 x86 32-bit over the UTF-8 bytes of `text`, unsigned. The bytes are made here, so that every host hashes the
 * same ones; a lone surrogate counts as U+FFFD, as TextEncoder writes it.
 * Source: Austin Appleby, MurmurHash3.cpp (public domain).
 */
export function murmur3(text: string, seed: number): number {
  let h = seed | 0;
  let k = 0;
  let shift = 0;
  let bytes = 0;
  for (let i = 0; i < text.length; i++) {
    let code = text.charCodeAt(i);
    if (code < 0x80) {
      k |= code << shift;
      shift += 8;
      bytes += 1;
      if (shift === 32) {
        h = fold(h, k);
        k = 0;
        shift = 0;
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
      k |= byte << shift;
      shift += 8;
      bytes += 1;
      if (shift === 32) {
        h = fold(h, k);
        k = 0;
        shift = 0;
      }
    }
  }
  if (shift > 0) h ^= mix(k);
  h ^= bytes;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
