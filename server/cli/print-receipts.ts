import { waitMs } from '../platform/wait-time.ts';
import { EXIT, type Exit, type Shell, UsageFault } from './command.ts';

/** An app that has not acknowledged, as the API tells it. */
interface Laggard {
  instance: string;
  host: string;
  environment: string;
  silentMs: number;
  why: string;
}

/** Who has put a flip in force, as the API tells it. */
export interface Receipts {
  live: number;
  reached: number;
  max: number | null;
  laggards: Laggard[];
  unknown: string[];
  complete: boolean;
}

/** More names than that nobody reads at three in the morning. */
const MOST_NAMED = 10;
/** What a server may take beside the waiting itself. */
const BESIDE_MS = 15_000;

/** What is asked for with `--wait`: a part of the address, and how long the answer may take. */
export function readWait(wait: string | undefined): { query: string; timeoutMs?: number } {
  if (wait === undefined) return { query: '' };
  const ms = waitMs(wait);
  if (ms === undefined) throw new UsageFault('--wait takes a time such as 5s or 500ms, at most 30s.');
  return { query: `?wait=${wait}`, timeoutMs: ms + BESIDE_MS };
}

/** Tells who has put a flip in force and who has not; answers how the command is to end by that. */
export function printReceipts(shell: Shell, receipts: Receipts | undefined): Exit {
  if (receipts === undefined) return EXIT.done;
  const { live, reached, max, laggards, unknown, complete } = receipts;
  const after = max === null ? '' : ` after ${max} ms`;
  const isAll = reached === live;
  if (live === 0) shell.print('no app was running');
  else shell.print(`${reached}/${live} apps${isAll || max === null ? after : `, the last of them${after}`}`);
  for (const laggard of laggards.slice(0, MOST_NAMED)) shell.print(`  not yet: ${describeLaggard(laggard)}`);
  const more = live - reached - Math.min(laggards.length, MOST_NAMED);
  if (more > 0) shell.print(`  and ${more} more: turnout instances`);
  if (unknown.length > 0)
    shell.warn(`Not counted are the apps of nodes that could not be asked: ${unknown.join(', ')}`);
  else if (!complete) shell.warn('The database cannot be asked which other nodes there are: this covers one node.');
  return isAll && complete ? EXIT.done : EXIT.notEverybody;
}

/** `client-117 (stream open, no receipt for 3 s)` */
export function describeLaggard({ host, instance, why, silentMs }: Omit<Laggard, 'environment'>): string {
  return `${host || 'unnamed'} ${instance.slice(0, 8)} (${describeWhy(why, silentMs)})`;
}

export function describeWhy(why: string, silentMs: number): string {
  const ago = describeTime(silentMs);
  if (why === 'silent') return `stream open, no receipt for ${ago}`;
  if (why === 'disconnected') return `disconnected, last heard of ${ago} ago`;
  if (why === 'node lost') return `its node is gone, last heard of ${ago} ago`;
  if (why === 'polling') return `no stream, fetches now and then, last ${ago} ago`;
  return why === 'unsupported' ? 'does not understand the flag' : why;
}

function describeTime(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  return ms < 120_000 ? `${Math.round(ms / 1_000)} s` : `${Math.round(ms / 60_000)} min`;
}
