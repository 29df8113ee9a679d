/** FNV-1a, 32 bits, over UTF-16 code units as the origin's JavaScript takes them. */
function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}

/**
 * GrowthBook's hash version 2, in [0, 10000): FNV-1a of the decimal digits of FNV-1a(`salt` + `unit`), modulo 10,000.
 * `salt` is the origin's seed. The origin divides by 10,000 and compares with shares, so its own total is 10,000.
 */
export function growthbook2Bucket(salt: string, unit: string): number {
  return fnv1a(String(fnv1a(salt + unit))) % 10_000;
}
