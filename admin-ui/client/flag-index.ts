import type { FlagAnswer } from '@turnout/server/contracts';
import { live } from './live.ts';
import { asRefusal, Refusal } from './problem.ts';
import { send } from './send-request.ts';
import { Store } from './store.ts';

export interface FlagIndex {
  project: string;
  /** By key. */
  flags: readonly FlagAnswer[];
  /** False while pages of the list are still coming. */
  complete: boolean;
  refusal: Refusal | undefined;
}

const NONE: FlagIndex = { project: '', flags: [], complete: false, refusal: undefined };
const PAGE = 200;

/**
 * All flags of the project that is looked at, for the table, the palette and the kill panel alike: read once, page by
 * page, and kept true by the live stream, which tells of each change which flag to read again.
 */
export const flagIndex = new Store<FlagIndex>(NONE);
let reading: AbortController | undefined;

/** Begins to keep the flags of a project; does nothing where they are kept already. */
export function keepFlags(project: string): void {
  if (project !== flagIndex.value.project || flagIndex.value.refusal !== undefined) void readAll(project);
}

/** Reads everything again, and shows what was there until then. */
export async function readAll(project: string): Promise<void> {
  reading?.abort();
  const mine = new AbortController();
  reading = mine;
  const before = flagIndex.value.project === project ? flagIndex.value.flags : [];
  flagIndex.value = { project, flags: before, complete: false, refusal: undefined };
  const flags: FlagAnswer[] = [];
  try {
    let cursor: string | undefined;
    do {
      const query = { limit: PAGE, archived: 'any', cursor };
      const page = await send<{ items: FlagAnswer[]; next: string | null }>(`/projects/${project}/flags`, {
        query,
        signal: mine.signal,
      });
      flags.push(...page.items);
      cursor = page.next ?? undefined;
      // The first page is shown at once; later ones only where nothing better is there.
      if (before.length === 0) flagIndex.value = { ...flagIndex.value, flags: [...flags] };
    } while (cursor !== undefined);
    flagIndex.value = { project, flags, complete: true, refusal: undefined };
  } catch (error) {
    if (!mine.signal.aborted) flagIndex.value = { ...flagIndex.value, refusal: asRefusal(error) };
  }
}

/** Reads one flag again, or takes it out where it is gone. */
export async function refreshFlag(project: string, key: string): Promise<void> {
  if (flagIndex.value.project !== project) return;
  const path = `/projects/${project}/flags/${encodeURIComponent(key)}`;
  const fresh = await send<FlagAnswer>(path).catch((error: unknown) => {
    if (error instanceof Refusal && error.status === 404) return undefined;
    throw error;
  });
  const others = flagIndex.value.flags.filter((flag) => flag.key !== key);
  const flags = fresh === undefined ? others : [...others, fresh].sort((a, b) => (a.key < b.key ? -1 : 1));
  if (flagIndex.value.project === project) flagIndex.value = { ...flagIndex.value, flags };
}

const MANY = 20;
let touched = new Set<string>();

/** One look after a burst of changes: flag by flag where they are few, else all of them. */
async function readTouched(): Promise<void> {
  const keys = [...touched];
  touched = new Set();
  const { project } = flagIndex.value;
  if (project === '') return;
  if (keys.length > MANY || keys.includes('')) await readAll(project);
  else await Promise.all(keys.map((key) => refreshFlag(project, key).catch(() => readAll(project))));
}

function touch(key: string): void {
  if (touched.size === 0) setTimeout(() => void readTouched(), 50);
  touched.add(key);
}

live.on('change', ({ subject, environments }) => {
  const [kind, key = ''] = subject.split(/\/(.*)/);
  if (kind === 'flag') touch(key);
  else if (environments.length > 0 && kind !== 'segment') touch('');
});
live.on('kill', ({ flag }) => touch(flag));
live.on('reset', () => touch(''));
