import type { Frames } from './connection-parts.ts';
import type { Frame } from './sse.ts';

/** What a stream of values keeps of an event that has no end yet. */
const LONGEST = 4_000_000;

/**
 * Reads the frames of a stream of values as its server writes them: lines end in LF, and the data of an event is one.
 * It is in every page, so it reads nothing else.
 */
export function makeValuesFrames(): Frames {
  let rest = '';
  const frames: Frames = {
    retryMs: undefined,
    push(text) {
      const blocks = (rest + text).split('\n\n');
      rest = blocks.pop() ?? '';
      if (rest.length > LONGEST) throw new Error('an event is too long');
      return blocks.map((block) => {
        // A line is cut at its first colon; a comment has no name before it.
        const frame = Object.fromEntries(block.split('\n').map((line) => line.split(/: ?(.*)/)));
        if (frame.retry) frames.retryMs = Number(frame.retry);
        return frame as Frame;
      });
    },
  };
  return frames;
}
