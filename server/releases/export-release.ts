import type { JsonValue } from '@turnout/core';
import type { EnvironmentPlace } from '../access/asking.ts';
import type { Db } from '../database/connect.ts';
import type { Outgoing } from '../transfer/outgoing.ts';
import { exportedForm, readBody } from './form.ts';
import type { Release } from './release.ts';
import { readBodies } from './release-store.ts';

/** A release in our own format, with a head that says which one it is: an import takes it as any other export. */
export async function exportRelease(db: Db, { projectId }: EnvironmentPlace, release: Release, environment: string) {
  const { tag, position, createdAt, commit, flags, segments } = release;
  const bodies = await readBodies(db, projectId, [
    ...Object.values(flags).map(({ body }) => body),
    ...Object.values(segments),
  ]);
  const textOf = (hash: string): string => {
    const text = bodies.get(hash);
    if (text === undefined) throw new Error(`the release ${tag} names the form ${hash}, which is not kept`);
    return text;
  };
  const written = Object.entries(flags).map(([key, { body }]) => [key, exportedForm(readBody(textOf(body)))]);
  const outgoing: Outgoing = {
    document: {
      ...{ format: 'turnout', version: 1 },
      release: { tag, environment, position, at: createdAt.toISOString(), commit },
      flags: Object.fromEntries(written),
      segments: Object.fromEntries(
        Object.entries(segments).map(([key, hash]) => [key, JSON.parse(textOf(hash)) as JsonValue]),
      ),
    },
    notExported: [],
    notes: Object.entries(flags).flatMap(([flag, { killed, inFlight }]) => [
      ...(killed ? [{ flag, note: 'it was killed there; a kill is not exported' }] : []),
      ...(inFlight === undefined
        ? []
        : [{ flag, note: 'a rollout of it was live there; it is as before the rollout' }]),
    ]),
  };
  return outgoing;
}
