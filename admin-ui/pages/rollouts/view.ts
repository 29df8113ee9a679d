/** What of the board is shown: in the address, so that a link shows the other person the same. */
export interface BoardView {
  state: keyof typeof STATES | '';
  /** On whose path it is; empty for all. */
  on: string;
  flag: string;
}

/** By what they are called in an address: words, and what the server is asked for. */
export const STATES = {
  live: { words: 'Live', states: 'live' },
  paused: { words: 'Paused', states: 'paused' },
  finished: { words: 'Finished', states: 'finished' },
  back: { words: 'Went back', states: 'rolledBack,killed' },
  ended: { words: 'Ended', states: 'ended' },
} as const;

export const OVER = 'finished,rolledBack,killed,ended';
const LIVE_STATES: readonly string[] = ['live', 'paused'];

export function readView({ state = '', on = '', flag = '' }: Record<string, string>): BoardView {
  return { state: Object.hasOwn(STATES, state) ? (state as keyof typeof STATES) : '', on, flag: flag.trim() };
}

/** What the server is asked for each of the two lists; undefined where the view leaves one out. */
export function queriesOf({ state, on, flag }: BoardView): { live: string | undefined; over: string | undefined } & {
  rest: { environment?: string; flag?: string };
} {
  const rest = { ...(on === '' ? {} : { environment: on }), ...(flag === '' ? {} : { flag }) };
  if (state === '') return { live: 'live', over: OVER, rest };
  const isLive = LIVE_STATES.includes(state);
  const { states } = STATES[state];
  return { live: isLive ? states : undefined, over: isLive ? undefined : states, rest };
}
