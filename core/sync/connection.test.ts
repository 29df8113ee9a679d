import { describe, expect, it } from 'vitest';
import { Connection } from './connection.ts';
import type { PollResult } from './connection-parts.ts';
import { ScriptedPorts } from './scripted-ports.fixture.ts';

function connect(polls: PollResult[] = []) {
  const ports = new ScriptedPorts();
  const told: string[] = [];
  let polled = 0;
  const connection = new Connection({
    ports,
    now: () => ports.time.now,
    request: () => ({ path: '/stream', headers: {} }),
    onOpen: ({ askedAt }) => told.push(`open ${askedAt}`),
    onEvent: ({ event }) => told.push(event),
    onDown: () => told.push('down'),
    poll: async () => {
      polled++;
      return polls.shift() ?? { kind: 'good' };
    },
    onState: (state) => told.push(`is ${state}`),
    onProblem: (code) => told.push(`problem ${code}`),
  });
  connection.begin();
  const pass = (ms: number) => ports.time.pass(ms);
  const heard = () => told.splice(0);
  return { ports, connection, pass, heard, polled: () => polled };
}

const hello = { heartbeatMs: 1_000, node: 'n' };
const beat = { position: 'x.1', ageMs: 0, overlayHash: '0' };

describe('a connection', () => {
  it('passes events on, but for those that are its own', async () => {
    const { ports, heard } = connect();
    ports.stream.head().say('hello', hello).say('heartbeat', beat).say('later', { unknown: true });
    expect(heard()).toEqual(['is connecting', 'open 0', 'is stream', 'heartbeat']);
  });

  it('drops a stream that missed two heartbeats, and opens another', async () => {
    const { ports, pass, heard } = connect();
    ports.stream.head().say('hello', hello);
    for (let i = 0; i < 5; i++) {
      await pass(1_900);
      ports.stream.text(': anything counts\n');
    }
    expect(ports.streams).toHaveLength(1);
    heard();
    await pass(2_200);
    expect(ports.stream.isClosed).toBe(false);
    await pass(100);
    expect(ports.streams[0]?.isClosed).toBe(true);
    expect(heard()).toEqual(['down', 'is connecting']);
    await pass(1_000);
    expect(ports.streams).toHaveLength(2);
  });

  it('does not hear what a stream still says that was given up', async () => {
    const { ports, connection, heard } = connect();
    ports.stream.head().say('hello', hello);
    connection.drop();
    heard();
    ports.stream.say('heartbeat', beat).end();
    expect(heard()).toEqual([]);
  });

  it('gives up an attempt that nothing comes of within 10 s', async () => {
    const { ports, pass, heard } = connect();
    await pass(9_900);
    expect(ports.streams).toHaveLength(1);
    await pass(2_000);
    expect(ports.streams).toHaveLength(2);
    expect(heard()).toContain('problem unreachable');
  });

  it('comes back when a goodbye says, to the millisecond, or when the stream advised', async () => {
    const { ports, pass } = connect();
    ports.stream.head().say('hello', hello).say('goodbye', { retryMs: 2_345 });
    await pass(2_344);
    expect(ports.streams).toHaveLength(1);
    await pass(1);
    expect(ports.streams).toHaveLength(2);
  });

  it('comes back when the stream advised once one that went well is lost', async () => {
    const { ports, connection, pass } = connect();
    ports.stream.head().text('retry: 700\n\n').say('hello', hello);
    connection.steady();
    ports.stream.end();
    await pass(699);
    expect(ports.streams).toHaveLength(1);
    await pass(1);
    expect(ports.streams).toHaveLength(2);
  });

  it('waits as long as a busy server asks for', async () => {
    const { ports, pass } = connect();
    ports.stream.head(503, { 'retry-after': '7' });
    await pass(7_000);
    expect(ports.streams).toHaveLength(1);
    await pass(1_000);
    expect(ports.streams).toHaveLength(2);
  });

  it('asks again slowly and for ever with a key that is refused, and fetches nothing meanwhile', async () => {
    const { ports, pass, heard, polled } = connect();
    for (const status of [401, 403, 401, 403, 401, 403, 401]) {
      const count = ports.streams.length;
      ports.stream.head(status);
      await pass(14_000);
      expect(ports.streams).toHaveLength(count);
      for (let i = 0; ports.streams.length === count; i++) {
        expect(i).toBeLessThan(310);
        await pass(1_000);
      }
    }
    expect(heard().filter((what) => what.startsWith('problem'))).toEqual(['problem unauthorized']);
    expect(polled()).toBe(0);
  });

  it('takes a revoked key for a refused one', async () => {
    const { ports, pass, heard } = connect();
    ports.stream.head().say('hello', hello).say('revoked', {});
    expect(ports.stream.isClosed).toBe(true);
    expect(heard()).toContain('problem unauthorized');
    await pass(14_000);
    expect(ports.streams).toHaveLength(1);
  });

  it('fetches while there is no stream, and stops when there is one', async () => {
    const { ports, pass, heard, polled } = connect();
    ports.stream.end(new Error('connection refused'));
    await pass(999);
    expect(polled()).toBe(0);
    await pass(20_000);
    expect(polled()).toBeGreaterThanOrEqual(3);
    expect(heard()).toContain('is polling');
    ports.stream.head().say('hello', hello);
    const before = polled();
    for (let i = 0; i < 20; i++) {
      await pass(1_000);
      ports.stream.say('heartbeat', beat);
    }
    expect(polled()).toBe(before);
  });

  it('fetches at once after a loss only where a new stream does not come within a second', async () => {
    const { ports, connection, pass, polled } = connect();
    ports.stream.head().text('retry: 200\n\n').say('hello', hello);
    connection.steady();
    ports.stream.end();
    await pass(300);
    ports.stream.head().say('hello', hello);
    await pass(2_000);
    expect(polled()).toBe(0);
  });

  it('gives a fetch that failed the time that the server asks for', async () => {
    const failed: PollResult = { kind: 'failed', problem: 'unreachable', message: '503', retryAfterMs: 60_000 };
    const { ports, pass, polled } = connect([failed]);
    ports.stream.end();
    await pass(59_000);
    expect(polled()).toBe(1);
    await pass(60_000);
    expect(polled()).toBeGreaterThan(1);
  });

  it('tells a problem once until all is well again', async () => {
    const { ports, connection, pass, heard } = connect([
      { kind: 'failed', problem: 'unreachable', message: 'no' },
      { kind: 'failed', problem: 'unreachable', message: 'no' },
    ]);
    ports.stream.end(new Error('no'));
    await pass(5_000);
    ports.stream.end(new Error('no'));
    expect(heard().filter((what) => what.startsWith('problem'))).toEqual(['problem unreachable']);
    await pass(5_000);
    ports.stream.head().say('hello', hello);
    connection.steady();
    connection.drop();
    await pass(1_000);
    ports.stream.end(new Error('no'));
    expect(heard().filter((what) => what.startsWith('problem'))).toEqual(['problem unreachable']);
  });

  it('gives a stream up that says what cannot be read', async () => {
    const said = [
      'event: patch\ndata: {\n\n',
      'event: heartbeat\ndata: {"position": 7}\n\n',
      'event: hello\ndata: []\n\n',
    ];
    for (const text of said) {
      const { ports, heard } = connect();
      ports.stream.head().text(text);
      expect(ports.stream.isClosed).toBe(true);
      expect(heard()).toContain('problem malformed');
    }
  });

  it('does nothing any more after its end', async () => {
    const { ports, connection, pass, heard, polled } = connect();
    ports.stream.head().say('hello', hello);
    heard();
    connection.end();
    ports.stream.say('heartbeat', beat).end();
    await pass(600_000);
    expect(heard()).toEqual(['is closed']);
    expect([ports.streams.length, polled()]).toEqual([1, 0]);
    connection.begin();
    expect(ports.streams).toHaveLength(1);
  });
});
