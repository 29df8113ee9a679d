import type { HouseProcess } from './house-process.ts';

const WORDS = ['cart', 'checkout', 'search', 'banner', 'mail', 'price', 'login', 'photo', 'invoice', 'stock', 'review'];
const WHAT = ['new', 'fast', 'second', 'quiet', 'local', 'shared', 'late', 'small', 'plain'];
const OWNERS = ['payments', 'growth', 'platform', 'logistics', 'risk', 'web', 'mobile'];
const KINDS = ['release', 'experiment', 'ops', 'permission'];
const pick = (from: readonly string[], at: number) => from[at % from.length] as string;

/** A flag as a project of many teams has it: with names, owners and tags that a search goes through. */
function nthFlag(at: number): object {
  const half = {
    split: {
      by: 'targetingKey',
      salt: `s${at}`,
      of: 100_000,
      slices: [
        [0, 50_000, 'on'],
        [50_000, 100_000, 'off'],
      ],
    },
  };
  return {
    ...{ type: 'boolean', variants: { on: true, off: false }, kind: pick(KINDS, at), owner: pick(OWNERS, at) },
    name: `The ${pick(WHAT, at)} ${pick(WORDS, at)} of team ${at % 97}`,
    description: `What customers see of the ${pick(WORDS, at + 3)} once the ${pick(WHAT, at + 2)} one is gone`,
    ...{
      tags: [pick(WORDS, at + 1), pick(OWNERS, at + 2)],
      clientVisible: at % 2 === 0,
      metadata: null,
      signalKill: false,
    },
    ...{ state: at % 5 === 4 ? 'off' : 'on', offVariant: 'off', prerequisites: [], rules: [] },
    fallthrough: at % 5 === 1 ? half : { variant: at % 7 === 0 ? 'off' : 'on' },
    ...{ shedAt: null, maxStalenessMs: null, whenStale: null },
  };
}

/** Imports that many flags into a project in one change; one by one would take minutes. */
export async function importFlags(house: HouseProcess, project: string, count: number): Promise<void> {
  const flags = Array.from({ length: count }, (_, at) => [
    `${pick(WHAT, at)}-${pick(WORDS, at)}-${String(at).padStart(4, '0')}`,
    nthFlag(at),
  ]);
  const document = { format: 'turnout', version: 1, flags: Object.fromEntries(flags), segments: {} };
  const path = `/projects/${project}/import?format=turnout&environment=production`;
  const answer = (await house.call('POST', path, document)) as { flags?: unknown[]; notImported?: unknown[] };
  if (answer.flags?.length !== count || answer.notImported?.length !== 0) {
    throw new Error(`not every flag was imported: ${JSON.stringify(answer).slice(0, 600)}`);
  }
}
