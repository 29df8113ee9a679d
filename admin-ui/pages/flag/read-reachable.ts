import { type Reachable, type ReadFlag, type ReadSegment, segmentsNamed } from './playground-ruleset.ts';

/** How one flag and one segment of an environment are read; undefined where there is none. */
export interface Readers {
  flag(key: string): Promise<ReadFlag | undefined>;
  segment(key: string): Promise<ReadSegment | undefined>;
}

/** A flag with everything that its answer can depend on: prerequisites and segments, with what these name in turn. */
export async function readReachable(key: string, readers: Readers, also: AlsoNamed = NOTHING): Promise<Reachable> {
  const flags = await readAll([key, ...also.flags], readers.flag, ({ configuration }) =>
    configuration.prerequisites.map(({ flag }) => flag),
  );
  const named = flags.flatMap(({ configuration }) => configuration.rules.flatMap((rule) => segmentsNamed(rule.if)));
  const segments = await readAll([...named, ...also.segments], readers.segment, (segment) =>
    segment.if === null ? [] : segmentsNamed(segment.if),
  );
  return { flags, segments };
}

/** What is named beside that, as by a draft. */
interface AlsoNamed {
  flags: readonly string[];
  segments: readonly string[];
}
const NOTHING: AlsoNamed = { flags: [], segments: [] };

/** Reads these and what they need, each once, as many at a time as are known. */
async function readAll<T>(
  keys: readonly string[],
  read: (key: string) => Promise<T | undefined>,
  needs: (found: T) => readonly string[],
): Promise<T[]> {
  const asked = new Set<string>();
  const all: T[] = [];
  let next = [...new Set(keys)];
  while (next.length > 0) {
    for (const key of next) asked.add(key);
    const found = (await Promise.all(next.map(read))).filter((one) => one !== undefined);
    all.push(...found);
    next = [...new Set(found.flatMap(needs))].filter((key) => !asked.has(key));
  }
  return all;
}
