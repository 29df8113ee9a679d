import type { Ports } from './ports.ts';
import type { ValuesEvent } from './values-wire.ts';

/** From asking for a stream to its first text, and to its `hello`, which says how often it is heard. */
const FIRST_MS = 10_000;
/** A stream is given up after two heartbeats and a little, for the server's timers are late as well. */
const BEATS = 2.25;

export interface StreamParts {
  ports: Ports;
  path: string;
  /** Text came: the stream is open, and is all that it should be. */
  onText(): void;
  onValues(event: ValuesEvent): void;
  /** Once, with when the server wants the client back, in ms; NaN where it does not say. Nothing more is told after it. */
  onLost(retryMs: number): void;
}

/**
 * Reads a stream of values until it is lost: ended, silent for too long, refused, unreadable, or told to go by its
 * server. Answers how to close it; nothing is told after that.
 */
export function followValues({ ports, path, onText, onValues, onLost }: StreamParts): () => void {
  let limitMs = FIRST_MS;
  let retryMs = 0;
  let rest = '';
  let isOver = false;
  let stopSilence = () => {};
  const close = () => {
    isOver = true;
    stopSilence();
    stream.close();
  };
  const lose = () => {
    if (isOver) return;
    close();
    onLost(retryMs);
  };
  const watch = () => {
    stopSilence();
    stopSilence = ports.sleep(limitMs, lose);
  };
  // As its server writes it: lines end in LF, and the data of an event is one. A comment has no name before its colon.
  const hear = (block: string) => {
    if (isOver) return;
    const { event, data, retry } = Object.fromEntries(block.split('\n').map((line) => line.split(/: ?(.*)/)));
    const said = data && JSON.parse(data);
    retryMs = Number(retry ?? said?.retryMs ?? retryMs);
    if (event === 'hello') limitMs = BEATS * said.heartbeatMs;
    else if (event === 'values') onValues(said);
    else if (event === 'goodbye' || event === 'revoked') lose();
  };
  const stream = ports.open(
    { path, headers: {} },
    {
      onHead(status, headers) {
        if (status === 200) return;
        retryMs = 1_000 * Number(headers['retry-after']);
        lose();
      },
      onText(text) {
        if (isOver) return;
        onText();
        const blocks = (rest + text).split('\n\n');
        rest = blocks.pop() as string;
        blocks.forEach(hear);
        if (!isOver) watch();
      },
      onEnd: lose,
    },
  );
  watch();
  return close;
}
