import type { JsonValue } from '@turnout/core';
import type { EnvironmentPlace } from '../access/asking.ts';
import { sha256 } from '../changes/canonical.ts';
import type { Db } from '../database/connect.ts';
import { diffNamed, type Named, showDiffering } from './diff-releases.ts';
import { exportedForm, readBody, writeBody } from './form.ts';
import { readForms, readSegmentForms } from './read-forms.ts';
import { readBodies } from './release-store.ts';
import { requireRelease } from './show-release.ts';

interface Side {
  flags: Named;
  segments: Named;
  /** The texts by their names, of those that no release keeps. */
  bodies: ReadonlyMap<string, string>;
}

/** A flag that is killed there is another one than the same form alive. */
const KILLED = '+killed';

/** What changed from one release to another; `now` is what the environment is. */
export async function compareReleases(db: Db, place: EnvironmentPlace, from: string, to: string) {
  const [one, two] = [await readSide(db, place, from, '/query/from'), await readSide(db, place, to, '/query/to')];
  const flags = diffNamed(one.flags, two.flags);
  const segments = diffNamed(one.segments, two.segments);
  const names = [...flags.differing, ...segments.differing].flatMap(({ before, after }) =>
    [before ?? [], after ?? []].flat(),
  );
  const present = new Map([...one.bodies, ...two.bodies]);
  const hashes = names.map((name) => name.replace(KILLED, '')).filter((hash) => !present.has(hash));
  const kept = await readBodies(db, place.projectId, hashes);
  const textOf = (hash: string) => present.get(hash) ?? kept.get(hash) ?? 'null';
  return {
    ...{ from, to, same: flags.same },
    flags: showDiffering(flags.differing, (name) => {
      const form = exportedForm(readBody(textOf(name.replace(KILLED, ''))));
      return name.endsWith(KILLED) ? { ...form, killed: true } : form;
    }),
    segments: showDiffering(segments.differing, (hash) => JSON.parse(textOf(hash)) as JsonValue),
  };
}

async function readSide(db: Db, place: EnvironmentPlace, tag: string, path: string): Promise<Side> {
  if (tag === 'now') return readPresent(db, place);
  const { flags, segments } = await requireRelease(db, place, tag, path);
  const named = Object.entries(flags).map(([key, { body, killed }]) => [key, nameOf(body, killed)] as const);
  return { flags: new Map(named), segments: new Map(Object.entries(segments)), bodies: new Map() };
}

async function readPresent(db: Db, { projectId, environment: { id } }: EnvironmentPlace): Promise<Side> {
  const [flags, segments] = [new Map<string, string>(), new Map<string, string>()];
  const bodies = new Map<string, string>();
  const keep = (text: string) => {
    const hash = sha256(text);
    bodies.set(hash, text);
    return hash;
  };
  for (const [key, { form, killed }] of await readForms(db, { projectId, environmentId: id })) {
    flags.set(key, nameOf(keep(writeBody(form)), killed));
  }
  for (const [key, form] of await readSegmentForms(db, id)) segments.set(key, keep(JSON.stringify(form)));
  return { flags, segments, bodies };
}

const nameOf = (hash: string, killed: boolean | undefined) => (killed ? `${hash}${KILLED}` : hash);
