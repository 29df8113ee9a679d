import { posix } from 'node:path';
import type { Finding, House } from './house.ts';
import type { Source } from './read-source.ts';

/** Names of the outer world. A file that computes has none of them. */
const OUTSIDE = new Set([
  'Date.now',
  'new Date()',
  'all of Date',
  'Math.random',
  'all of Math',
  'setTimeout',
  'setInterval',
  'setImmediate',
  'queueMicrotask',
  'requestAnimationFrame',
  'fetch',
  'process',
  'performance',
  'crypto',
  'globalThis',
  'window',
  'console',
  'require',
]);

/** Core hands moments on as numbers and texts alone. */
const OUTSIDE_CORE = new Set([...OUTSIDE, 'new Date']);

/** Core's products, and every file that is listed as pure, ask no clock, no dice and no world. */
export function checkPurity(source: Source, house: House): Finding[] {
  const listed = isPure(source.path, house) && source.kind === 'product';
  const inCore = source.path.startsWith('core/') && source.kind === 'product';
  if (!listed && !inCore) return [];
  const findings = source.uses
    .filter(({ name }) => (inCore ? OUTSIDE_CORE : OUTSIDE).has(name))
    .map(({ name, line }) => ({ path: source.path, line, rule: 'purity', what: `${name}: this file only computes` }));
  return listed && !inCore ? [...findings, ...impureImports(source, house)] : findings;
}

function isPure(path: string, house: House): boolean {
  return house.pure.some((entry) => (entry.endsWith('/') ? path.startsWith(entry) : path === entry));
}

/** A pure file may import core, types, and other pure files; hashing is computing. */
function impureImports(source: Source, house: House): Finding[] {
  return source.imports
    .filter(({ from, typeOnly }) => {
      if (typeOnly || from.startsWith('@turnout/core') || from === 'node:crypto') return false;
      const target = posix.normalize(posix.join(posix.dirname(source.path), from));
      return !(from.startsWith('.') && isPure(target, house));
    })
    .map(({ from, line }) => {
      const what = `${from}: a pure file imports core, types and pure files`;
      return { path: source.path, line, rule: 'purity', what };
    });
}

const EXPRESSIONS = new Set(['new RegExp', 'RegExp']);

/** The host's RegExp never sees a pattern from outside, so nobody makes one out of a text. */
export function checkPatterns(source: Source): Finding[] {
  if (source.kind !== 'product') return [];
  const seen = new Set<number>();
  return source.uses.flatMap(({ name, line }) => {
    if (!EXPRESSIONS.has(name) || seen.has(line)) return [];
    seen.add(line);
    return [{ path: source.path, line, rule: 'patterns', what: 'RegExp of a text: authors’ patterns are for re2js' }];
  });
}
