import { describe, expect, it } from 'vitest';
import { flagWith } from '../evaluate/ruleset.fixture.ts';
import { overlayHash } from './overlay.ts';
import { type Begun, begin, killOf, patchOf, rulesetAt, snapshotAt } from './session.fixture.ts';
import type { OverlayEntry, Receipt } from './wire.ts';

const TAKEN = { status: 204 };
const off = { f: flagWith({ state: 'off' }) };
const later = { f: flagWith({ metadata: { at: 'later' } }) };

/** A session whose server takes receipts, and is answered `TAKEN` unless the test says otherwise. */
function beginReceipted(token = 't1', answers = Array.from({ length: 50 }, () => TAKEN)) {
  const begun = begin(undefined, { date: () => '2026-01-31T12:00:00.000Z' });
  begun.ports.answers = [...answers];
  hello(begun, token);
  return begun;
}

function hello({ ports }: Begun, receiptToken: string, overlay: OverlayEntry[] = []): void {
  ports.stream
    .head(200, { 'turnout-age-ms': '0' })
    .say('hello', { heartbeatMs: 4_000, node: 'n', receiptToken })
    .say('overlay', { overlay, settled: [], position: 'x.1' })
    .say('ruleset', snapshotAt('x', 1, { overlay }), 'x.1');
}

function patch({ ports }: Begun, from: number, more: object = {}): void {
  const flags = from % 2 === 1 ? off : later;
  const patched = patchOf(rulesetAt('x', from, from % 2 === 1 ? later : off), rulesetAt('x', from + 1, flags));
  ports.stream.say('patch', { ...patched, ...more }, patched.to);
}

const beat = ({ ports }: Begun, position: string, overlay: OverlayEntry[] = []) =>
  ports.stream.say('heartbeat', { position, ageMs: 0, overlayHash: overlayHash(overlay) });
const soon = () => new Promise((resolve) => setImmediate(resolve));

function receipts({ ports }: Begun): Receipt[] {
  return ports.sent.filter(({ path }) => path === '/sdk/v1/receipts').map(({ body }) => JSON.parse(body ?? ''));
}

/** Lets time pass on a stream that is alive. */
async function passAlive(begun: Begun, ms: number, position: string, overlay: OverlayEntry[] = []): Promise<void> {
  for (let left = ms; left > 0; left -= 4_000) {
    beat(begun, position, overlay);
    await begun.pass(Math.min(4_000, left));
  }
}

describe('receipts', () => {
  it('tell what came in one piece once, after the turn in which it came, with the token of the stream', async () => {
    const begun = beginReceipted();
    expect(begun.session.position).toBe('x.1');
    expect(receipts(begun)).toEqual([]);
    await soon();
    expect(receipts(begun)).toEqual([
      { position: 'x.1', overlays: [], unsupported: [], appliedAt: '2026-01-31T12:00:00.000Z' },
    ]);
    expect(begun.ports.sent[0]).toMatchObject({
      method: 'POST',
      headers: { authorization: 'Bearer k', 'turnout-receipt': 't1', 'content-type': 'application/json' },
    });
  });

  it('are not sent to a server that gives no token', async () => {
    const begun = begin();
    begun.ports.stream.head().say('hello', { heartbeatMs: 4_000, node: 'n' }).say('ruleset', snapshotAt('x', 1), 'x.1');
    await passAlive(begun, 40_000, 'x.1');
    expect(receipts(begun)).toEqual([]);
  });

  it('tell together what is put in force within a second', async () => {
    const begun = beginReceipted();
    await soon();
    for (let from = 1; from <= 5; from++) {
      await begun.pass(100);
      patch(begun, from);
    }
    await begun.pass(490);
    expect(receipts(begun)).toHaveLength(1);
    await begun.pass(20);
    expect(receipts(begun).map(({ position }) => position)).toEqual(['x.1', 'x.6']);
    await begun.pass(3_000);
    patch(begun, 6);
    await soon();
    expect(receipts(begun).at(-1)).toMatchObject({ position: 'x.7' });
  });

  it('tell a kill and an urgent patch at once, whatever was told just now', async () => {
    const begun = beginReceipted();
    await soon();
    const kill = killOf('f', 'k1');
    begun.ports.stream.say('overlay', { overlay: [kill], settled: [], position: 'x.1' });
    await soon();
    expect(receipts(begun).at(-1)).toMatchObject({ position: 'x.1', overlays: ['k1'] });
    begun.ports.stream.say('overlay', { overlay: [kill], settled: [], position: 'x.1' });
    await soon();
    expect(receipts(begun)).toHaveLength(2);
    patch(begun, 1, { settles: ['k1'], urgent: true });
    await soon();
    expect(receipts(begun).at(-1)).toMatchObject({ position: 'x.2', overlays: [] });
  });

  it('come every 20 s as a sign of life, and end with the stream', async () => {
    const begun = beginReceipted();
    await soon();
    await passAlive(begun, 61_000, 'x.1');
    expect(receipts(begun)).toHaveLength(4);
    begun.ports.stream.end();
    await begun.pass(60_000);
    expect(receipts(begun)).toHaveLength(4);
  });

  it('that fail are made up for by the next, which comes soon and tells everything', async () => {
    const begun = begin();
    begun.ports.answers = [new Error('no'), { status: 503 }, TAKEN, TAKEN];
    hello(begun, 't1');
    await soon();
    expect(receipts(begun)).toHaveLength(1);
    await begun.pass(1_000);
    expect(receipts(begun)).toHaveLength(2);
    await passAlive(begun, 4_000, 'x.1');
    expect(receipts(begun)).toHaveLength(3);
    expect(receipts(begun).at(-1)).toMatchObject({ position: 'x.1' });
    await passAlive(begun, 12_000, 'x.1');
    expect(receipts(begun)).toHaveLength(3);
  });

  it.each([401, 403])('that are refused with %i wait for the hello of another stream', async (status) => {
    const begun = begin();
    begun.ports.answers = [{ status }];
    hello(begun, 't1');
    await soon();
    patch(begun, 1);
    await passAlive(begun, 60_000, 'x.2');
    expect(receipts(begun)).toHaveLength(1);
    expect(begun.problems).toEqual([]);
    expect(begun.session.state).toBe('stream');
    begun.ports.answers = [TAKEN];
    begun.ports.stream.end();
    while (begun.ports.streams.length === 1) await begun.pass(100);
    begun.ports.answers = [TAKEN];
    begun.ports.stream.head().say('hello', { heartbeatMs: 4_000, node: 'n', receiptToken: 't2' });
    await soon();
    expect(begun.ports.sent.at(-1)?.headers['turnout-receipt']).toBe('t2');
    expect(receipts(begun).at(-1)).toMatchObject({ position: 'x.2' });
  });

  it('that hang hold up no more than one other, and never what is applied', async () => {
    const begun = begin();
    const waiting: ((answer: typeof TAKEN) => void)[] = [];
    begun.ports.send = (request) => {
      begun.ports.sent.push(request);
      return new Promise((resolve) => waiting.push(() => resolve({ headers: {}, body: '', ...TAKEN })));
    };
    hello(begun, 't1');
    await soon();
    for (let kill = 1; kill <= 4; kill++) {
      const overlay = Array.from({ length: kill }, (_, i) => killOf(`f${i}`, `k${i}`));
      begun.ports.stream.say('overlay', { overlay, settled: [], position: 'x.1' });
      expect(begun.session.overlay).toHaveLength(kill);
      await soon();
    }
    expect(receipts(begun)).toHaveLength(2);
    waiting[0]?.(TAKEN);
    await soon();
    await soon();
    expect(receipts(begun)).toHaveLength(3);
    expect(receipts(begun).at(-1)?.overlays).toEqual(['k0', 'k1', 'k2', 'k3']);
  });

  it('name the flags that this evaluator does not understand', async () => {
    const begun = beginReceipted();
    await soon();
    const strange = flagWith({ type: 'date' as 'boolean' });
    const next = rulesetAt('x', 2, { f: flagWith(), strange });
    begun.ports.stream.say('patch', { ...patchOf(rulesetAt('x', 1), next), urgent: true }, 'x.2');
    await soon();
    expect(receipts(begun).at(-1)).toMatchObject({ position: 'x.2', unsupported: ['strange'] });
  });

  it('end with a goodbye, and the end waits for it no longer than a second', async () => {
    const begun = beginReceipted();
    await soon();
    await begun.session.end();
    expect(receipts(begun).at(-1)).toMatchObject({ position: 'x.1', goodbye: true });
    expect(begun.ports.sent.at(-1)?.timeoutMs).toBe(1_000);
    await begun.session.end();
    await begun.pass(60_000);
    expect(receipts(begun)).toHaveLength(2);
    const silent = begin();
    await silent.session.end();
    expect(silent.ports.sent).toEqual([]);
  });
});
