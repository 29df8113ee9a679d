/** A version as semver.org 2.0.0 orders it. `given` says how many of its three numbers were written. */
export interface Version {
  major: number;
  minor: number;
  patch: number;
  given: 1 | 2 | 3;
  prerelease: readonly string[];
}

// Up to fifteen digits stay exact in a double. Leading zeros are no number in semver.
const NUMBER = '(0|[1-9]\\d{0,14})';
const LABEL = '[0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*';
const VERSION = new RegExp(`^v?${NUMBER}(?:\\.${NUMBER})?(?:\\.${NUMBER})?(?:-(${LABEL}))?(?:\\+${LABEL})?$`);
const DIGITS = /^\d+$/;

/**
 * Reads a version: semver 2.0.0, with a leading `v` and missing minor and patch tolerated (they count as 0), and build
 * metadata ignored. Undefined for anything else, and for texts over 256 characters.
 */
export function parseVersion(text: unknown): Version | undefined {
  if (typeof text !== 'string' || text.length > 256) return undefined;
  const match = VERSION.exec(text);
  if (match === null) return undefined;
  const prerelease = match[4] === undefined ? [] : match[4].split('.');
  if (prerelease.some((label) => label.length > 1 && label.startsWith('0') && DIGITS.test(label))) return undefined;
  return {
    major: Number(match[1]),
    minor: Number(match[2] ?? 0),
    patch: Number(match[3] ?? 0),
    given: match[3] !== undefined ? 3 : match[2] !== undefined ? 2 : 1,
    prerelease,
  };
}

function compareLabels(a: string, b: string): number {
  const aIsNumber = DIGITS.test(a);
  if (aIsNumber !== DIGITS.test(b)) return aIsNumber ? -1 : 1;
  // Without leading zeros the longer number is the greater one, however long both are.
  if (aIsNumber && a.length !== b.length) return a.length - b.length;
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Semver 2.0.0 precedence (§ 11): below, at or above zero as `a` is lower than, equal to or higher than `b`. */
export function compareVersions(a: Version, b: Version): number {
  const numbers = a.major - b.major || a.minor - b.minor || a.patch - b.patch;
  if (numbers !== 0) return numbers;
  if (a.prerelease.length === 0 || b.prerelease.length === 0) return b.prerelease.length - a.prerelease.length;
  const shared = Math.min(a.prerelease.length, b.prerelease.length);
  for (let i = 0; i < shared; i++) {
    const order = compareLabels(a.prerelease[i]!, b.prerelease[i]!);
    if (order !== 0) return order;
  }
  return a.prerelease.length - b.prerelease.length;
}

/** `~wanted`: not lower than it, and with the same major and (where `wanted` names one) the same minor. */
export function isWithinTilde(version: Version, wanted: Version): boolean {
  if (version.major !== wanted.major) return false;
  if (wanted.given > 1 && version.minor !== wanted.minor) return false;
  return compareVersions(version, wanted) >= 0;
}

/** `^wanted`: not lower than it, and the same up to and with the first number that is not 0 (as far as it was written). */
export function isWithinCaret(version: Version, wanted: Version): boolean {
  if (version.major !== wanted.major) return false;
  if (wanted.major === 0 && wanted.given > 1) {
    if (version.minor !== wanted.minor) return false;
    if (wanted.minor === 0 && wanted.given > 2 && version.patch !== wanted.patch) return false;
  }
  return compareVersions(version, wanted) >= 0;
}
