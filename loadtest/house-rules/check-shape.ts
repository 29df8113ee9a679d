import { basename } from 'node:path';
import type { Finding, House } from './house.ts';
import type { Source } from './read-source.ts';

const LONGEST_FUNCTION = 60;
const LONGEST_FILE = 300;
const LONGEST_TEST = 400;

/** Functions, files and tests that one can read in one go. */
export function checkLimits(source: Source, house: House): Finding[] {
  const findings: Finding[] = [];
  const most = source.kind === 'product' ? LONGEST_FILE : LONGEST_TEST;
  if (source.lines > most && !house.unlimitedFiles.some((free) => free.test(source.path))) {
    findings.push({ path: source.path, line: 1, rule: 'file', what: `${source.lines} lines; ${most} at most` });
  }
  if (source.kind !== 'product') return findings;
  for (const { name, line, lines } of source.functions) {
    if (lines <= LONGEST_FUNCTION) continue;
    const what = `${name} has ${lines} lines; ${LONGEST_FUNCTION} at most`;
    findings.push({ path: source.path, line, rule: 'function', what });
  }
  return findings;
}

/** Types that say nothing: `any`, and the double cast that gets around the compiler. */
export function checkTypes(source: Source): Finding[] {
  if (source.kind !== 'product') return [];
  return [
    ...source.anys.map((line) => ({ path: source.path, line, rule: 'any', what: 'any: say what it is' })),
    ...source.doubleCasts.map((line) => {
      return { path: source.path, line, rule: 'cast', what: 'as unknown as: make the types meet, or except it' };
    }),
  ];
}

const EMPTY_NAMES = ['util', 'utils', 'helper', 'helpers', 'manager', 'service', 'services', 'impl', 'common', 'misc'];
const EMPTY_WORD = /(Util|Utils|Helper|Helpers|Manager|Service|Services|Impl)$/;
const FEATURE_FILE = /^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+)?(\.test|\.fixture)?\.ts$/;

/** Names say what a thing is or does; files are written with dashes; nothing carries its version in its name. */
export function checkNames(source: Source): Finding[] {
  const file = basename(source.path);
  const stem = file.replace(/(\.(db|e2e))?(\.(test|fixture))?\.ts$/, '').replace(/\.config$/, '');
  const fault = (line: number, what: string): Finding => ({ path: source.path, line, rule: 'names', what });
  const findings: Finding[] = [];
  if (!FEATURE_FILE.test(file)) findings.push(fault(1, 'file names are lower case words with dashes'));
  const empty = stem.split('-').find((word) => EMPTY_NAMES.includes(word));
  if (empty !== undefined) findings.push(fault(1, `${empty} says nothing: name what it does`));
  if (/-v\d+$/.test(stem)) findings.push(fault(1, 'no version in a name'));
  for (const { name, line } of source.declared) {
    if (EMPTY_WORD.test(name)) findings.push(fault(line, `${name} says nothing: name what it is`));
    if (/[a-z]V[1-3]$/.test(name)) findings.push(fault(line, `${name}: no version in a name`));
  }
  return findings;
}

const RAW_MARKUP = ['innerHTML', 'outerHTML', 'unsafeHTML', 'insertAdjacentHTML'];

/** Text from outside is never made into markup. */
export function checkMarkup(source: Source): Finding[] {
  return RAW_MARKUP.flatMap((word) => {
    const line = source.words.get(word);
    return line === undefined ? [] : [{ path: source.path, line, rule: 'markup', what: `${word} is forbidden` }];
  });
}

/** Paths of somebody's own machine; a registry that is not the public one. */
const PLACES: [RegExp, string][] = [
  [/(?<![\w./-])\/(?:root|work|workspace|Users|home)\/[\w.-]+/, 'a path of one machine'],
  [
    /"resolved":\s*"(?!https:\/\/registry\.npmjs\.org\/)[a-z+]+:[^"]*/,
    'a package from elsewhere than the public registry',
  ],
  [/^registry\s*=/m, 'a registry of one’s own'],
];

/** For every text file of the repository, source or not. */
export function checkPlaces(path: string, text: string): Finding[] {
  return PLACES.flatMap(([pattern, what]) => {
    const found = pattern.exec(text);
    if (found === null) return [];
    return [
      { path, line: text.slice(0, found.index).split('\n').length, rule: 'places', what: `${what}: ${found[0]}` },
    ];
  });
}
