import type { ValuesListener, ValuesPorts } from './values-parts.ts';
import type { ValuesSaid } from './values-wire.ts';

/** A stream is given up after two heartbeats and a little, for the server's timers are late as well. */
const BEATS = 2.25;

/** How a stream of values was lost. */
export interface ValuesLoss {
  /** What the server answered; 0 where it did not, for too long, and undefined where the net says so. */
  status?: number | undefined;
  /** For whoever runs the page. */
  message: string;
  /** When the server wants the client back, in ms; NaN where it does not say, or names a date. */
  askedMs: number;
}

/**
 * Asks for a stream of values and reads it until it is lost: refused, ended, silent for too long, or unreadable. Answers
 * how to close it; nothing is told after that, and after `onLost` neither. `limitMs` is for its first word.
 */
export function followValues(
  sleep: ValuesPorts['sleep'],
  open: (listener: ValuesListener) => () => void,
  limitMs: number,
  onSaid: (said: ValuesSaid) => void,
  onLost: (loss: ValuesLoss) => void,
): () => void {
  let status: number | undefined;
  let askedMs = 0;
  let text = '';
  let stopSilence = () => {};
  let lose = (message: unknown): void => {
    close();
    // What the server says of a refusal is what somebody can act on.
    const why = /"detail":("(?:[^"\\]|\\.)*")/.exec(text)?.[1];
    const said = `the server answered ${status}${why ? `: ${JSON.parse(why)}` : ''}`;
    onLost({ status, askedMs, message: status ? said : `${message}` });
  };
  let watch = () => {
    stopSilence();
    stopSilence = sleep(limitMs, () => {
      status = 0;
      lose('no answer');
    });
  };
  const close = () => {
    lose = onSaid = watch = () => {};
    stopSilence();
    closeStream();
  };
  const closeStream = open({
    onHead(given, retryAfter) {
      status = given;
      askedMs = 1_000 * retryAfter;
    },
    onText(piece) {
      text += piece;
      if (status !== 200) return;
      // As its server writes it: the data of an event is one line. All other lines say nothing that a page needs.
      const lines = text.split('\n');
      text = lines.pop() as string;
      for (const line of lines) {
        const said: ValuesSaid | false = line.startsWith('data') && JSON.parse(line.slice(5));
        if (said) {
          askedMs = said.retryMs ?? askedMs;
          limitMs = BEATS * (said.beatMs ?? 0) || limitMs;
          onSaid(said);
        }
        watch();
      }
    },
    onEnd: (error) => lose(error),
  });
  watch();
  return close;
}
