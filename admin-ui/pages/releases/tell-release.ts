import type { ReleaseItemAnswer } from '@turnout/server/contracts';
import { readRoute } from '../../shell/route.ts';

type Item = Pick<ReleaseItemAnswer, 'knownGood' | 'latestKnownGood' | 'unproven'>;

/** Whether one may go back to it without looking further, and by how many flags it falls short. */
export function tellGood({ knownGood, latestKnownGood, unproven }: Item): { words: string; tone: string; why: string } {
  if (latestKnownGood) {
    return { words: 'last known good', tone: 'on', why: 'The newest of which every flag is known to be good.' };
  }
  if (knownGood) return { words: 'known good', tone: 'on', why: 'Every flag of it is known to be good.' };
  const words = unproven === 1 ? 'one flag not known good' : `${unproven} flags not known good`;
  return { words, tone: '', why: 'Open it to see which, and why.' };
}

/** Where in the screen a release comes from, by where it comes from in the API; undefined where that is no page. */
export function pageOfOrigin(project: string, link: string | null): string | undefined {
  if (link === null) return undefined;
  const asked = link.replace(/^\/trains\/([^/]+)\/departures\//, '/departures/$1/');
  const path = `/p/${encodeURIComponent(project)}${asked}`;
  const found = readRoute(path, '');
  return found?.page === 'departure' || found?.page === 'rollout' ? path : undefined;
}

/** `3 flags and one segment`. */
export function tellContent({ flags, segments }: Pick<ReleaseItemAnswer, 'flags' | 'segments'>): string {
  const count = (much: number, one: string) => (much === 1 ? `one ${one}` : `${much} ${one}s`);
  return segments === 0 ? count(flags, 'flag') : `${count(flags, 'flag')} and ${count(segments, 'segment')}`;
}

/** How the name of the file of an export begins and ends: what a file system may hold against a tag is replaced. */
export function fileOf(project: string, environment: string, tag: string): string {
  return `${project}-${environment}-${tag.replaceAll(/[^\w.-]+/g, '_')}.turnout.json`;
}

/** The part of a position that people compare: how many changes the environment has seen. */
export function revisionOf(position: string): string {
  return position.slice(position.lastIndexOf('.') + 1);
}
