import { type Asking, type EnvironmentPlace, orderOf } from '../access/asking.ts';
import { findEntry } from '../changes/change-store.ts';
import { commitChange } from '../changes/commit-change.ts';
import type { ChangeReceipt, Work, Written } from '../changes/door.ts';
import type { Tx } from '../database/connect.ts';
import { withResult } from '../platform/committed.ts';
import { invalid, Problem } from '../platform/problem.ts';
import { requireExpected } from '../platform/version.ts';
import { unknownVariant } from './check-configuration.ts';
import { type Configuration, type FlagRow, logConfiguration, showConfiguration, showServed } from './configuration.ts';
import type { ServedToUsers } from './contract.ts';
import { type FlagParts, nothingChanged, requireFlagIn, requireLive } from './flag-place.ts';
import { type FlagInEnvironment, updateConfiguration } from './flag-store.ts';
import { asLogged, differingFields, readSide } from './log-flag-change.ts';
import { settleRun } from './run-after.ts';

/** `serve` turns a flag on and gives everybody whom no rule catches one variant: the way to flip one that is on. */
export type Turn = { verb: 'on' } | { verb: 'off' } | { verb: 'serve'; variant: string };

export interface Turned {
  before: ServedToUsers;
  after: ServedToUsers;
  changed: boolean;
  version: number;
  /** What became by it of a rollout’s rule for its audience. */
  rollout?: string;
  change?: ChangeReceipt;
}

type Outcome = Pick<Turned, 'before' | 'after' | 'version' | 'rollout'>;

/** Turns a flag on, off, or over to a variant in one environment, and says what users get before and after. */
export async function turnFlag(
  parts: FlagParts,
  asking: Asking,
  place: EnvironmentPlace,
  key: string,
  turn: Turn,
): Promise<Turned> {
  const { projectId, environment } = place;
  const committed = await commitChange<Outcome>(
    parts.door,
    {
      ...orderOf(asking),
      ...{ projectId, environmentIds: [environment.id], action: `flag.${turn.verb}`, subject: `flag/${key}` },
    },
    turnWork(place, key, turn, asking.expected),
  );
  const { result, change } = await withResult(committed, ({ id }) => turnedBefore(parts, place, key, id));
  return { ...result, changed: change !== undefined, ...(change ? { change } : {}) };
}

/** The same inside of a change that may carry more. */
export function turnWork(
  place: EnvironmentPlace,
  key: string,
  turn: Turn,
  expected: number | undefined,
): Work<Outcome> {
  return async (tx) => {
    const found = await requireFlagIn(tx, place, key);
    const shown = showConfiguration(found.flag, found.configuration, found.environment);
    requireExpected(expected, found.configuration.version, shown);
    return turnFound(tx, found, turn);
  };
}

async function turnFound(tx: Tx, found: FlagInEnvironment, turn: Turn): Promise<Written<Outcome>> {
  const { flag, configuration: row, environment } = found;
  requireLive(flag);
  if (row.killed && turn.verb !== 'off') throw killed(flag.key);
  const wanted = { ...row, ...wantedBy(turn, flag) };
  const { run, rules, told } = settleRun(row.run, row, wanted, turn.verb === 'serve' ? 'fallthrough' : undefined);
  const set = { ...wantedBy(turn, flag), ...(rules === row.rules ? {} : { rules }) };
  const before = showServed(flag, row, environment.shedLevel);
  const difference = differingFields(logConfiguration(row), logConfiguration({ ...row, ...set }));
  if (difference === undefined) return nothingChanged({ before, after: before, version: row.version });
  const now = await updateConfiguration(tx, { flagId: flag.id, environmentId: environment.id }, { ...set, run });
  return {
    result: {
      ...{ before, after: showServed(flag, now, environment.shedLevel), version: now.version },
      ...(told === undefined ? {} : { rollout: told }),
    },
    touched: { flags: [flag.key], segments: [] },
    before: asLogged({ environments: { [environment.key]: difference.before } }),
    after: asLogged({ environments: { [environment.key]: difference.after } }),
  };
}

function wantedBy(turn: Turn, flag: FlagRow): Partial<Configuration> {
  if (turn.verb !== 'serve') return { state: turn.verb };
  if (!Object.hasOwn(flag.variants, turn.variant)) throw invalid([unknownVariant('/variant', flag.variants)]);
  return { state: 'on', fallthrough: { variant: turn.variant } };
}

function killed(key: string): Problem {
  return new Problem(
    'flag_killed',
    `The flag ${key} is killed here, and stays so whatever else is set. Lift the kill with restore first.`,
  );
}

/** What a request that was committed before answered then: its entry in the log knows what it changed. */
async function turnedBefore(
  parts: FlagParts,
  place: EnvironmentPlace,
  key: string,
  changeId: number,
): Promise<Outcome> {
  const { flag, configuration: row, environment } = await requireFlagIn(parts.door.db, place, key);
  const entry = await findEntry(parts.door.db, place.projectId, changeId, [place.environment.id]);
  const then = (side: 'before' | 'after') => {
    const fields = readSide(entry?.body?.[side] ?? null)?.environments?.[environment.key];
    return showServed(flag, { ...row, ...(fields as Partial<Configuration> | undefined) }, environment.shedLevel);
  };
  return { before: then('before'), after: then('after'), version: row.version };
}
