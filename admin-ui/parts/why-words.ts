import type { InstanceShown } from '@turnout/server/contracts';

type Why = NonNullable<InstanceShown['why']>;

/** Why an app has not said that it follows: in a few words, and in a sentence that says what to look at. */
const WHY: Record<Why, { words: string; means: string }> = {
  disconnected: {
    words: 'its stream is cut',
    means: 'It keeps what it has. Look at the network between it and Turnout, or whether it has ended.',
  },
  silent: {
    words: 'connected, but silent',
    means: 'Its stream is open and it says nothing: it hangs, or has been frozen.',
  },
  'node lost': {
    words: 'its node is gone',
    means: 'The node that it was connected to is not heard any more. It connects to another by itself.',
  },
  polling: {
    words: 'fetches now and then',
    means: 'It has no stream, so it follows when it fetches next. Look at what cuts its streams.',
  },
  unsupported: {
    words: 'does not understand the flag',
    means: 'Its SDK is older than what the flag says. It gives the default that is written in its code.',
  },
};

export function tellWhy(why: Why | undefined): { words: string; means: string } {
  return why === undefined ? { words: '', means: '' } : WHY[why];
}
