import type { FlipReceiptsShown } from '@turnout/server/contracts';

/** How far a kill has come, to be read from across the room. */
export interface Meter {
  /** `412/412`, and `143 ms` once all have it. */
  figure: string;
  took: string;
  words: string;
  /** Of those that ran when it was made; 1 where none did. */
  share: number;
  state: 'all' | 'waiting' | 'nobody' | 'unsure';
}

type Receipts = Pick<FlipReceiptsShown, 'live' | 'reached' | 'max' | 'unknown' | 'complete'>;

/** True where there is nothing left to wait for. */
export function isReached({ live, reached, complete }: Receipts): boolean {
  return complete && reached >= live;
}

export function tellMeter(receipts: Receipts | undefined): Meter {
  if (receipts === undefined)
    return { figure: '–', took: '', words: 'Asking the running apps …', share: 0, state: 'waiting' };
  const { live, reached, max, unknown, complete } = receipts;
  const figure = `${reached}/${live}`;
  const took = max !== null && reached >= live ? `${max} ms` : '';
  const share = live === 0 ? 1 : Math.min(1, reached / live);
  if (!complete) {
    const known =
      reached >= live
        ? `All ${live} apps that could be asked have it in force`
        : `${live - reached} apps have not said so yet`;
    const nodes = unknown.length === 0 ? 'other nodes' : unknown.join(', ');
    return {
      figure,
      took,
      share,
      state: 'unsure',
      words: `${known}; those of ${nodes} could not be asked, and are not counted.`,
    };
  }
  if (live === 0) return { figure, took, share, state: 'nobody', words: 'No app was running here.' };
  if (reached >= live)
    return { figure, took, share, state: 'all', words: `All ${live} running apps have said that it is in force.` };
  const left = live - reached;
  const words = left === 1 ? 'One running app has not said so yet.' : `${left} running apps have not said so yet.`;
  return { figure, took, share, state: 'waiting', words };
}
