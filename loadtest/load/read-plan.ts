import { parseArgs } from 'node:util';

/** The scenarios, each a file of loadtest/k6, in the order in which they run: what changes flags comes last. */
export const SCENARIOS = ['evaluate', 'bulk', 'snapshot', 'unchanged', 'ingest', 'admin'] as const;
export type Scenario = (typeof SCENARIOS)[number];

/** What any OFREP server answers; the others are our own protocol. */
const ANYWHERE: readonly Scenario[] = ['evaluate', 'bulk'];
export const SETS = ['shop', 'large'] as const;
export type SetName = (typeof SETS)[number];

/** Another server of OFREP, to be set beside ours. */
export interface Target {
  name: string;
  url: string;
  key: string;
  flagKeys: string[];
}

/** What one `npm run loadtest` does. */
export interface Plan {
  scenarios: Scenario[];
  sets: SetName[];
  /** How long each of the two parts of a scenario takes. */
  seconds: number;
  target?: Target;
  /** Whether the report is also left in docs/evidence. */
  keep: boolean;
}

const MOST_SECONDS = 60;

export const USAGE = `npm run loadtest [-- <scenario> …]   ${SCENARIOS.join(', ')}
  --set <name>       ${SETS.join(' or ')}; both where it is left out
  --seconds <n>      how long each of the two parts of a scenario takes (3)
  --target <url>     sets another OFREP server beside ours, on evaluate and bulk
  --key <key>        the key of that server
  --name <name>      what the report calls it
  --flags <a,b>      its flags, where it does not list them in a bulk evaluation
  --keep             leaves the report in docs/evidence/loadtest.md as well`;

/** Reads the words after `npm run loadtest --`; throws with what would be right. */
export function readPlan(words: string[]): Plan {
  const { values, positionals } = parseArgs({
    args: words,
    allowPositionals: true,
    options: {
      set: { type: 'string' },
      seconds: { type: 'string' },
      target: { type: 'string' },
      key: { type: 'string' },
      name: { type: 'string' },
      flags: { type: 'string' },
      keep: { type: 'boolean' },
    },
  });
  const target = readTarget(values);
  const offered = target === undefined ? SCENARIOS : ANYWHERE;
  const unknown = positionals.filter((word) => !offered.some((name) => name === word));
  if (unknown.length > 0) throw new Error(`There is no ${unknown.join(', ')} here, only: ${offered.join(', ')}`);
  const { set } = values;
  if (set !== undefined && !isSet(set)) throw new Error(`--set is one of: ${SETS.join(', ')}`);
  const seconds = Number(values.seconds ?? 3);
  if (!Number.isInteger(seconds) || seconds < 1 || seconds > MOST_SECONDS) {
    throw new Error(`--seconds is a whole number from 1 to ${MOST_SECONDS}`);
  }
  const sets = set !== undefined ? [set] : target === undefined ? [...SETS] : ['shop' as const];
  const scenarios = offered.filter((name) => positionals.length === 0 || positionals.includes(name));
  return { scenarios, sets, seconds, keep: values.keep === true, ...(target === undefined ? {} : { target }) };
}

const isSet = (word: string): word is SetName => SETS.some((name) => name === word);

type Words = Partial<Record<'target' | 'key' | 'name' | 'flags', string>>;

function readTarget({ target, key, name, flags }: Words): Target | undefined {
  if (target === undefined) {
    if (key ?? name ?? flags) throw new Error('--key, --name and --flags belong to a --target');
    return undefined;
  }
  if (!URL.canParse(target) || !/^https?:$/.test(new URL(target).protocol)) {
    throw new Error('--target is an address that begins with http:// or https://');
  }
  const url = target.replace(/\/+$/, '');
  return { name: name ?? new URL(url).host, url, key: key ?? '', flagKeys: flags?.split(',') ?? [] };
}
