import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Frame, FrameReader, writeFrame } from './sse.ts';

const read = (text: string) => new FrameReader().push(text);

const frames: fc.Arbitrary<Frame> = fc.record(
  {
    event: fc.constantFrom('patch', 'ruleset', 'message'),
    id: fc.constantFrom('x.1', 'y.2', ''),
    data: fc
      .array(fc.string({ unit: fc.constantFrom('a', ':', ' ', '\n', 'é', '😀', '\uFEFF') }))
      .map((l) => l.join('')),
  },
  { requiredKeys: ['event', 'data'] },
);

/** The text in pieces that end anywhere. */
function inPieces(text: string, cuts: number[]): string[] {
  const at = [...new Set(cuts.map((cut) => cut % (text.length + 1)))].sort((a, b) => a - b);
  return [0, ...at].map((from, i) => text.slice(from, at[i]));
}

describe('frames', () => {
  it('are read as they were written, whatever the line ends and wherever the pieces end', () => {
    fc.assert(
      fc.property(
        fc.array(frames, { maxLength: 5 }),
        fc.array(fc.nat()),
        fc.constantFrom('\n', '\r\n', '\r'),
        (written, cuts, lineEnd) => {
          const text = written.map((frame) => `: a comment\n${writeFrame(frame)}`).join('');
          const reader = new FrameReader();
          const pieces = inPieces(text.replaceAll('\n', lineEnd), cuts);
          expect(pieces.flatMap((piece) => reader.push(piece))).toEqual(written);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('carry an event of several lines of data, and an id only where they have one', () => {
    expect(writeFrame({ event: 'patch', id: 'x.1', data: 'a\nb' })).toBe('event: patch\nid: x.1\ndata: a\ndata: b\n\n');
    expect(read('data: one\n\nid: 7\ndata: two\n\ndata: three\n\n')).toEqual([
      { event: 'message', data: 'one' },
      { event: 'message', id: '7', data: 'two' },
      { event: 'message', data: 'three' },
    ]);
  });

  it('cannot be forged by a name or an id of two lines', () => {
    expect(() => writeFrame({ event: 'a\ndata: b', data: '' })).toThrow('one line');
    expect(() => writeFrame({ event: 'a', id: 'x\r', data: '' })).toThrow('one line');
  });

  it('are not made of comments, of unknown fields, or of an event without data', () => {
    expect(read(': keep-alive\n\nevent: patch\n\nfoo: bar\ndata\n\n')).toEqual([{ event: 'message', data: '' }]);
  });

  it('may begin with a byte order mark, and lose one space after the colon', () => {
    expect(read('\uFEFFdata:  x\ndata:y\n\n')).toEqual([{ event: 'message', data: ' x\ny' }]);
  });

  it('tell when to come back, in digits only', () => {
    const reader = new FrameReader();
    reader.push('retry: 1500\n\n');
    expect(reader.retryMs).toBe(1500);
    reader.push('retry: soon\n\nretry: 1e3\n\n');
    expect(reader.retryMs).toBe(1500);
  });

  it('may not be longer than the bound, in one line or in many, while comments may go on for ever', () => {
    const long = new FrameReader(100);
    expect(() => long.push('data: '.padEnd(200, 'x'))).toThrow('longer than 100');
    const many = new FrameReader(100);
    expect(() => {
      for (let i = 0; i < 20; i++) many.push('data: ten more\n');
    }).toThrow('longer than 100');
    const chatty = new FrameReader(100);
    for (let i = 0; i < 100; i++) chatty.push(': still here\n');
    expect(chatty.push('data: x\n\n')).toHaveLength(1);
    for (let i = 0; i < 100; i++) expect(chatty.push('data: x\n\n')).toHaveLength(1);
  });
});
