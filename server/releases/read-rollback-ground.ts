import type { JsonValue, Ruleset } from '@turnout/core';
import type { EnvironmentPlace } from '../access/asking.ts';
import { canonicalJson, sha256 } from '../changes/canonical.ts';
import type { Tx } from '../database/connect.ts';
import { type Configuration, logConfiguration } from '../flags/configuration.ts';
import { allFlags, type FlagInEnvironment, findFlags, placesOfFlags } from '../flags/flag-store.ts';
import { lockLiveRuns } from '../rollouts/run-store.ts';
import { applyLogged, readContent } from '../segments/segment.ts';
import { findSegments } from '../segments/store.ts';
import { formOf, readBody } from './form.ts';
import type { FlagNow, Now, Then } from './plan-rollback.ts';
import type { Release } from './release.ts';
import { readBodies } from './release-store.ts';
import { rolledBackSince } from './rollback-store.ts';

/** An environment under its lock, with the rows that are written back. */
export interface RollbackGround extends Now {
  rows: ReadonlyMap<string, FlagInEnvironment>;
  /** Flags with a live run, whether it serves anybody yet or not. */
  live: ReadonlySet<string>;
}

/** What a release kept, read back whole. */
export async function readThen(tx: Tx, { projectId, flags, segments, shedLevel }: Release): Promise<Then> {
  const hashes = [...Object.values(flags).map(({ body }) => body), ...Object.values(segments)];
  const bodies = await readBodies(tx, projectId, hashes);
  const textOf = (hash: string): string => {
    const text = bodies.get(hash);
    if (text === undefined) throw new Error(`a release names the form ${hash}, which is not kept`);
    return text;
  };
  return {
    shedLevel,
    flags: new Map(
      Object.entries(flags).map(([key, { body, killed = false }]) => [key, { form: readBody(textOf(body)), killed }]),
    ),
    segments: new Map(
      Object.entries(segments).map(([key, hash]) => {
        return [key, applyLogged(readContent({}), JSON.parse(textOf(hash)) as JsonValue)];
      }),
    ),
  };
}

/** What is there, archived flags too; with `keys` of those flags alone. `since` is the moment to which it would go back. */
export async function readNow(
  tx: Tx,
  { projectId, environment: { id } }: EnvironmentPlace,
  ruleset: Ruleset,
  { since, keys }: { since: Date; keys?: readonly string[] },
): Promise<RollbackGround> {
  const flags = new Map(
    (keys === undefined ? await allFlags(tx, projectId) : await findFlags(tx, projectId, keys)).map((flag) => [
      flag.id,
      flag,
    ]),
  );
  const runs = new Map((await lockLiveRuns(tx, id, keys)).map((kept) => [kept.flag, kept.run]));
  const left = await rolledBackSince(tx, id, since);
  const present = new Map<string, FlagNow>();
  const rows = new Map<string, FlagInEnvironment>();
  for (const place of await placesOfFlags(tx, [...flags.keys()], [id])) {
    const flag = flags.get(place.configuration.flagId);
    if (flag === undefined) continue;
    const [row, run] = [{ ...place, flag }, runs.get(flag.key)];
    rows.set(flag.key, row);
    const serves = run !== undefined && run.stage >= 0 && run.wrote !== null;
    present.set(flag.key, {
      ...{ content: flag, archived: flag.archived, configuration: row.configuration },
      killed: row.configuration.killed,
      rolledBackSince: left.get(flag.key) === leftHash(row.configuration),
      ...(serves ? { anchored: formOf(row, run).configuration } : {}),
    });
  }
  const segments = await findSegments(tx, id);
  return {
    ...{ ruleset, flags: present, rows, live: new Set(runs.keys()) },
    segments: new Map(segments.map((row) => [row.key, row])),
  };
}

/** By what it is known whether a flag still is what a rollback made of it. */
export const leftHash = (configuration: Configuration): string =>
  sha256(canonicalJson(logConfiguration(configuration)));
