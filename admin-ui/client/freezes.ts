import type { FreezeAnswer } from '@turnout/server/contracts';
import { live } from './live.ts';
import { lookAgain } from './look-again.ts';
import { readAllPages } from './read-all-pages.ts';
import { Store } from './store.ts';

/** The freezes of a project that hold or are ahead; empty until they were read. */
export const freezes = new Store<{ project: string; items: readonly FreezeAnswer[] }>({ project: '', items: [] });

const AGAIN_MS = 300_000;
const GATHER_MS = 300;
const LONGEST_TIMER_MS = 3_600_000;
let waiting: ReturnType<typeof setTimeout> | undefined;
let next: ReturnType<typeof setTimeout> | undefined;

/** Begins to keep the freezes of a project; does nothing where they are kept already. */
export function keepFreezes(project: string): void {
  if (project === freezes.value.project) return;
  freezes.value = { project, items: [] };
  void readFreezes();
}

/** Where they cannot be read, nothing is said of them: the server refuses what may not grow all the same. */
export async function readFreezes(): Promise<void> {
  const { project } = freezes.value;
  if (project === '') return;
  const path = `/projects/${encodeURIComponent(project)}/freezes`;
  const items = await readAllPages<FreezeAnswer>(path).catch(() => undefined);
  if (project !== freezes.value.project) return;
  if (items !== undefined) freezes.value = { project, items };
  wake();
}

/** Windows begin and end without anybody doing anything: it is read again when the next one does. */
function wake(): void {
  clearTimeout(next);
  const now = Date.now();
  const ahead = freezes.value.items
    .flatMap(({ windows }) => windows.flatMap(({ from, to }) => [Date.parse(from), Date.parse(to)]))
    .filter((at) => at > now);
  const inMs = Math.min(...ahead, now + LONGEST_TIMER_MS) - now;
  next = setTimeout(() => void readFreezes(), inMs + 500);
}

function readSoon(): void {
  if (waiting !== undefined) return;
  waiting = setTimeout(() => {
    waiting = undefined;
    void readFreezes();
  }, GATHER_MS);
}

export interface FrozenNow {
  name: string;
  /** RFC 3339; null where it goes on window after window, with no end that is known. */
  until: string | null;
}

/**
 * The freeze that holds in an environment, for a flag with these tags, and until when all that hold there are over;
 * undefined where none does. Without tags those for some flags alone are left out.
 */
export function frozenIn(
  items: readonly FreezeAnswer[],
  environment: string,
  own: readonly string[] = [],
): FrozenNow | undefined {
  const here = items.filter(({ state, environments, tags }) => {
    const isHere = environments === null || environments.includes(environment);
    return state === 'holds' && isHere && (tags === null || tags.some((tag) => own.includes(tag)));
  });
  const last = here.reduce<FreezeAnswer | undefined>((most, one) => {
    return most === undefined || endOf(one) > endOf(most) ? one : most;
  }, undefined);
  return last && { name: last.name, until: last.until };
}

const endOf = ({ until }: FreezeAnswer) => (until === null ? Number.POSITIVE_INFINITY : Date.parse(until));

live.on('change', ({ subject }) => /^(freeze|request|environment)\//.test(subject) && readSoon());
live.on('reset', readSoon);
lookAgain(readSoon, AGAIN_MS);
live.on('revoked', readSoon);
