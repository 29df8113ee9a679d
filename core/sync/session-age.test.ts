import { describe, expect, it } from 'vitest';
import { flagWith } from '../evaluate/ruleset.fixture.ts';
import { overlayHash } from './overlay.ts';
import {
  answerOf,
  type Begun,
  begin,
  beginWith,
  killOf,
  open,
  patchOf,
  reconnect,
  rulesetAt,
  snapshotAt,
} from './session.fixture.ts';
import { HEADERS } from './wire.ts';

const killed = { f: flagWith({ killed: true }) };

function beat({ ports }: Begun, position: string, ageMs: number): void {
  ports.stream.say('heartbeat', { position, ageMs, overlayHash: overlayHash([]) });
}

describe('the age of what a session holds', () => {
  it('is what its source states and the time since', async () => {
    const begun = begin();
    expect(begun.session.ageMs()).toBe(Number.POSITIVE_INFINITY);
    open(begun, 'x.1', [], [], 700).say('ruleset', snapshotAt('x', 1), 'x.1');
    await begun.pass(300);
    expect(begun.session.ageMs()).toBe(1_000);
    beat(begun, 'x.1', 50);
    await begun.pass(100);
    expect(begun.session.ageMs()).toBe(150);
  });

  it('grows while a heartbeat proves only the stream: of another place, or of a node that has not seen the database', async () => {
    const begun = beginWith(snapshotAt('x', 2));
    await begun.pass(4_000);
    beat(begun, 'x.1', 0);
    expect(begun.session.ageMs()).toBe(4_000);
    beat(begun, 'x.2', 60_000);
    expect(begun.session.ageMs()).toBe(4_000);
    begun.ports.answers = [new Error('no')];
    beat(begun, 'x.3', 0);
    expect(begun.session.ageMs()).toBe(4_000);
  });

  it('is not made smaller by a patch, which states none', async () => {
    const begun = beginWith(snapshotAt('x', 1));
    await begun.pass(3_000);
    begun.ports.stream.say('patch', patchOf(rulesetAt('x', 1), rulesetAt('x', 2)), 'x.2');
    expect(begun.session.ageMs()).toBe(3_000);
  });

  it('of a cache goes on from where it was, and is infinite where nobody knows', async () => {
    const cached = begin({ snapshot: snapshotAt('x', 1), ageMs: 5_000, source: 'cache' });
    await cached.pass(500);
    expect([cached.session.ageMs(), cached.session.source]).toEqual([5_500, 'cache']);
    const bundled = begin({ snapshot: snapshotAt('x', 1), ageMs: undefined, source: 'file' });
    expect([bundled.session.ageMs(), bundled.session.source]).toEqual([Number.POSITIVE_INFINITY, 'file']);
    expect(bundled.told).toEqual([]);
    expect(bundled.session.compiled).toBeDefined();
  });
});

describe('a session that starts from a cache', () => {
  it('is ready when a server confirms its place, without being given anything', () => {
    const begun = begin({ snapshot: snapshotAt('x', 4), ageMs: undefined, source: 'cache' });
    expect(begun.ports.stream.request.headers['last-event-id']).toBe('x.4');
    expect(begun.ready()).toBe(0);
    open(begun, 'x.4', [], [], 20);
    expect([begun.ready(), begun.session.source, begun.session.ageMs()]).toEqual([1, 'stream', 20]);
  });

  it('ignores one that has no shape', () => {
    const snapshot = JSON.parse('{"ruleset": {}}');
    const { session } = begin({ snapshot, ageMs: 0, source: 'cache' });
    expect([session.position, session.source]).toEqual([undefined, 'defaults']);
  });
});

describe('a session without a stream', () => {
  it('fetches, and is answered by nothing where nothing changed', async () => {
    const begun = begin();
    begun.ports.stream.end(new Error('no'));
    const confirmed = { status: 304, headers: { [HEADERS.age]: '30' } };
    begun.ports.answers = [answerOf(snapshotAt('x', 1), 10, '"tag"'), confirmed];
    await begun.pass(2_000);
    const { session, ports } = begun;
    expect([session.position, session.state, session.source, begun.ready()]).toEqual(['x.1', 'polling', 'snapshot', 1]);
    expect(ports.sent[0]?.headers['if-none-match']).toBeUndefined();
    await begun.pass(7_000);
    expect(ports.sent[1]?.headers['if-none-match']).toBe('"tag"');
    expect(session.ageMs()).toBeLessThan(7_000);
  });

  it('says what is wrong once: unreachable, or not to be read', async () => {
    const begun = begin();
    begun.ports.stream.end(new Error('no'));
    begun.ports.answers = [new Error('no'), { status: 200, body: '<html>' }, { status: 200, body: '{"ruleset": 1}' }];
    await begun.pass(30_000);
    expect(begun.problems.filter((code, i) => begun.problems.indexOf(code) === i)).toEqual([
      'unreachable',
      'malformed',
    ]);
    expect(begun.session.compiled).toBeUndefined();
  });

  it('hears nothing more after its end, not even an answer that is on its way', async () => {
    const begun = begin();
    begun.ports.stream.end(new Error('no'));
    begun.ports.answers = [answerOf(snapshotAt('x', 1))];
    const passing = begun.pass(1_300);
    begun.session.end();
    await passing;
    expect([begun.session.position, begun.session.state, begun.told.length]).toEqual([undefined, 'closed', 0]);
  });
});

describe('another epoch', () => {
  it('is taken whole from the node that the session follows, and the old one not again from it', async () => {
    const begun = beginWith(snapshotAt('x', 5));
    await begun.pass(1_000);
    begun.ports.stream.say('ruleset', snapshotAt('y', 0), 'y.0');
    expect(begun.session.position).toBe('y.0');
    begun.ports.stream.say('ruleset', snapshotAt('x', 6), 'x.6');
    expect(begun.session.position).toBe('y.0');
  });

  it('is refused from a node that saw the database there only before the own one was first seen', async () => {
    const begun = beginWith(snapshotAt('y', 0));
    await reconnect(begun);
    open(begun, 'x.9', [killOf('f', 'k9')], [], 60_000).say('ruleset', snapshotAt('x', 9), 'x.9');
    expect([begun.session.position, begun.ports.stream.isClosed]).toEqual(['y.0', true]);
    // A kill counts, whoever tells it.
    expect(begun.session.snapshot()?.overlay).toEqual([killOf('f', 'k9')]);
  });

  it('is taken from a node that saw the database there since', async () => {
    const begun = beginWith(snapshotAt('x', 5));
    await reconnect(begun);
    open(begun, 'y.0', [], [], 100).say('ruleset', snapshotAt('y', 0), 'y.0');
    expect(begun.session.position).toBe('y.0');
  });

  it('undoes no kill: one that it does not know is carried over, until it kills the flag itself', () => {
    const begun = beginWith(snapshotAt('x', 5, { ruleset: rulesetAt('x', 5, killed) }));
    const { session, ports } = begun;
    ports.stream.say('ruleset', snapshotAt('y', 0), 'y.0');
    expect(session.overlay).toMatchObject([{ kind: 'kill', flag: 'f', epoch: 'x', carried: true }]);
    // It has no name that a server could settle, so it is for this process alone.
    expect(session.snapshot()?.overlay).toEqual([]);
    ports.stream.say('patch', patchOf(rulesetAt('y', 0), rulesetAt('y', 1, killed)), 'y.1');
    expect(session.overlay).toEqual([]);
    ports.stream.say('patch', patchOf(rulesetAt('y', 1, killed), rulesetAt('y', 2)), 'y.2');
    expect(session.compiled?.ruleset.flags.f?.killed).toBeUndefined();
  });

  it('is asked for a kill that it carries by the id that it had, and may name it as settled', async () => {
    const begun = beginWith(snapshotAt('x', 5, { overlay: [killOf('f', 'k1')] }));
    const { session, ports } = begun;
    ports.stream.say('patch', patchOf(rulesetAt('x', 5), rulesetAt('x', 6, killed), ['k1']), 'x.6');
    expect(session.snapshot()?.overlay).toEqual([]);
    ports.stream.say('ruleset', snapshotAt('y', 0), 'y.0');
    expect(session.snapshot()?.overlay).toEqual([{ ...killOf('f', 'k1'), carried: true }]);
    await reconnect(begun);
    expect(ports.stream.request.headers['turnout-overlay']).toBe('k1');
    open(begun, 'y.0', [], ['k1']);
    expect(session.snapshot()?.overlay).toEqual([]);
  });

  it('takes over no kill from a file, which may be old, and nothing at all from one of another environment', () => {
    const overlay = [killOf('f', 'k1')];
    const file = snapshotAt('old', 5, { ruleset: rulesetAt('old', 5, killed), overlay });
    const bundled = begin({ snapshot: file, ageMs: undefined, source: 'file' });
    open(bundled, 'x.1').say('ruleset', snapshotAt('x', 1), 'x.1');
    expect(bundled.session.overlay).toEqual(overlay);
    const elsewhere = { ...file, ruleset: { ...file.ruleset, environment: 'another' } };
    const foreign = begin({ snapshot: elsewhere, ageMs: undefined, source: 'file' });
    open(foreign, 'x.1').say('ruleset', snapshotAt('x', 1), 'x.1');
    expect(foreign.session.overlay).toEqual([]);
    const cached = begin({ snapshot: file, ageMs: undefined, source: 'cache' });
    open(cached, 'x.1').say('ruleset', snapshotAt('x', 1), 'x.1');
    expect(cached.session.overlay).toMatchObject([{ id: 'k1' }, { flag: 'f', carried: true }]);
  });
});
