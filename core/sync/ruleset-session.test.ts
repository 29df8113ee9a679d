import { describe, expect, it } from 'vitest';
import { evaluate } from '../evaluate/evaluate.ts';
import { flagWith } from '../evaluate/ruleset.fixture.ts';
import type { Flag } from '../model/ruleset.ts';
import { overlayHash } from './overlay.ts';
import type { RulesetSession } from './ruleset-session.ts';
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
import type { OverlayEntry } from './wire.ts';

const off = { f: flagWith({ state: 'off' }) };
const killed = { f: flagWith({ killed: true }) };

function isKilled(session: RulesetSession, flag = 'f'): boolean {
  return session.compiled !== undefined && evaluate(session.compiled, flag, {}).disabledBy === 'killed';
}

function beat({ ports }: Begun, position: string, ageMs = 0, overlay: OverlayEntry[] = [], behind = false): void {
  const data = { position, ageMs, overlayHash: overlayHash(overlay) };
  ports.stream.say('heartbeat', behind ? { ...data, behind } : data);
}

describe('a session over its stream', () => {
  it('takes a ruleset, then the patches that begin where it is', () => {
    const begun = beginWith(snapshotAt('x', 1));
    const { session, ports, told } = begun;
    const kept = session.compiled?.ruleset.flags.f;
    const second = rulesetAt('x', 2, { f: flagWith(), g: flagWith() });
    ports.stream.say('patch', patchOf(rulesetAt('x', 1), second), 'x.2');
    expect(session.snapshot()?.ruleset).toEqual(second);
    expect(session.compiled?.ruleset.flags.f).toBe(kept);
    expect(told.map(({ position, keys, killed }) => ({ position, keys, killed }))).toEqual([
      { position: 'x.1', keys: ['f'], killed: [] },
      { position: 'x.2', keys: ['g'], killed: [] },
    ]);
    expect([session.source, session.state, begun.ready()]).toEqual(['stream', 'stream', 1]);
  });

  it('ignores what is older, from any source', async () => {
    const begun = beginWith(snapshotAt('x', 3));
    const { session, ports } = begun;
    ports.stream.say('patch', patchOf(rulesetAt('x', 1), rulesetAt('x', 2, off)), 'x.2');
    ports.stream.say('ruleset', snapshotAt('x', 2, { ruleset: rulesetAt('x', 2, off) }), 'x.2');
    ports.stream.say('resync', { position: 'x.2', spreadMs: 0 });
    beat(begun, 'x.2', 0, [], true);
    await begun.pass(1_000);
    expect(session.position).toBe('x.3');
    expect(session.snapshot()?.ruleset).toEqual(rulesetAt('x', 3));
    expect(ports.sent).toEqual([]);
  });

  it('fetches what it missed, at once where that is urgent, and then goes on with the patches that came meanwhile', async () => {
    const begun = beginWith(snapshotAt('x', 1));
    const { session, ports } = begun;
    ports.answers = [answerOf(snapshotAt('x', 3, { ruleset: rulesetAt('x', 3, off) }))];
    ports.stream.say('patch', { ...patchOf(rulesetAt('x', 2), rulesetAt('x', 3, off)), urgent: true }, 'x.3');
    ports.stream.say('patch', patchOf(rulesetAt('x', 3, off), rulesetAt('x', 4, killed)), 'x.4');
    expect(ports.sent).toHaveLength(1);
    await begun.pass(0);
    await new Promise(setImmediate);
    expect(session.position).toBe('x.4');
    expect(session.snapshot()?.ruleset).toEqual(rulesetAt('x', 4, killed));
    expect(ports.sent).toHaveLength(1);
  });

  it('fetches within the spread that a resync names, again and again until it is there', async () => {
    const begun = beginWith(snapshotAt('x', 1));
    const { session, ports } = begun;
    ports.answers = [new Error('no'), answerOf(snapshotAt('x', 1)), answerOf(snapshotAt('x', 5))];
    ports.stream.say('resync', { position: 'x.5', spreadMs: 2_000 });
    await begun.pass(999);
    expect(ports.sent).toHaveLength(0);
    await begun.pass(1);
    expect(ports.sent).toHaveLength(1);
    await begun.pass(8_000);
    expect([session.position, ports.sent.length]).toEqual(['x.5', 3]);
    await begun.pass(300);
    expect(ports.sent).toHaveLength(3);
  });

  it('fetches when a heartbeat shows that something was missed', async () => {
    const begun = beginWith(snapshotAt('x', 1));
    begun.ports.answers = [answerOf(snapshotAt('x', 2))];
    beat(begun, 'x.2');
    await begun.pass(600);
    expect(begun.session.position).toBe('x.2');
  });

  it('fetches where a patch does not fit, whatever its place says', async () => {
    const begun = beginWith(snapshotAt('x', 1));
    const members = { s: { members: { included: { added: ['u'], removed: [] } } } };
    begun.ports.answers = [answerOf(snapshotAt('x', 2))];
    begun.ports.stream.say('patch', { ...patchOf(rulesetAt('x', 1), rulesetAt('x', 2)), segments: members }, 'x.2');
    expect(begun.session.position).toBe('x.1');
    await begun.pass(600);
    expect(begun.session.position).toBe('x.2');
  });

  it('says where it is and what kills it holds whenever it asks', async () => {
    const begun = beginWith(snapshotAt('x', 1, { overlay: [killOf('f', 'k1'), killOf('g', 'k2')] }));
    expect(begun.ports.streams[0]?.request.headers).toEqual({ authorization: 'Bearer k', accept: 'text/event-stream' });
    await reconnect(begun);
    expect(begun.ports.stream.request.headers).toMatchObject({ 'last-event-id': 'x.1', 'turnout-overlay': 'k1,k2' });
    begun.ports.stream.end();
    await begun.pass(3_000);
    expect(begun.ports.sent[0]?.headers).toMatchObject({ authorization: 'Bearer k', 'turnout-overlay': 'k1,k2' });
  });

  it('survives whatever its owner throws', () => {
    const fail = () => {
      throw new Error('not the session’s');
    };
    const begun = begin(undefined, { onChange: fail, onState: fail, onReady: fail, onProblem: fail });
    open(begun, 'x.1').say('ruleset', snapshotAt('x', 1), 'x.1');
    begun.ports.stream.say('patch', patchOf(rulesetAt('x', 1), rulesetAt('x', 2, off)), 'x.2');
    expect(begun.session.position).toBe('x.2');
  });

  it('keeps fields that this version does not know, and flags that are none', () => {
    const flags = JSON.parse('{"f": {"later": [1]}, "n": null, "t": "text", "__proto__": {"state": "on"}}');
    const ruleset = { ...rulesetAt('x', 1, flags as Record<string, Flag>), whole: 'new' };
    const { session } = beginWith({ ...snapshotAt('x', 1), ruleset, overlay: [killOf('n', 'k1'), killOf('t', 'k2')] });
    expect(session.snapshot()?.ruleset).toEqual(ruleset);
    expect(Object.keys(session.snapshot()?.ruleset.flags ?? {})).toContain('__proto__');
  });
});

describe('the kills that lie over a base', () => {
  it('are in force before anything else, and leave the base as it is', () => {
    const begun = beginWith(snapshotAt('x', 1));
    const { session, ports, told } = begun;
    ports.stream.say('overlay', { overlay: [killOf('f', 'k1')], settled: [], position: 'x.1' });
    expect(isKilled(session)).toBe(true);
    expect(session.snapshot()).toEqual({ ...snapshotAt('x', 1), overlay: [killOf('f', 'k1')] });
    expect(told.at(-1)).toMatchObject({ keys: ['f'], killed: ['f'] });
    ports.stream.say('patch', patchOf(rulesetAt('x', 1), rulesetAt('x', 2, { f: flagWith({ clientVisible: true }) })));
    expect(isKilled(session)).toBe(true);
    expect(told.at(-1)).toMatchObject({ keys: ['f'], killed: [] });
  });

  it('end with the patch that settles them, also where the flag was restored at once', () => {
    const begun = beginWith(snapshotAt('x', 1, { overlay: [killOf('f', 'k1'), killOf('f', 'k2')] }));
    const { session, ports } = begun;
    ports.stream.say('patch', patchOf(rulesetAt('x', 1), rulesetAt('x', 2), ['k1']), 'x.2');
    expect(isKilled(session)).toBe(true);
    ports.stream.say('patch', patchOf(rulesetAt('x', 2), rulesetAt('x', 3), ['k2']), 'x.3');
    expect(isKilled(session)).toBe(false);
    expect(session.snapshot()?.settled).toEqual(['k1', 'k2']);
  });

  it('do not end because a node knows them not, nor by time, nor by a reconnect', async () => {
    const begun = beginWith(snapshotAt('x', 1, { overlay: [killOf('f', 'k1')] }));
    begun.ports.stream.say('overlay', { overlay: [], settled: [], position: 'x.1' });
    await reconnect(begun);
    open(begun, 'x.2').say('ruleset', snapshotAt('x', 2), 'x.2');
    for (let i = 0; i < 50; i++) {
      await begun.pass(4_000);
      beat(begun, 'x.2');
    }
    expect(begun.ports.streams).toHaveLength(2);
    expect(isKilled(begun.session)).toBe(true);
  });

  it('end by the answer to their names, once the base is where the answer is', async () => {
    const begun = beginWith(snapshotAt('x', 1, { overlay: [killOf('f', 'k1')] }));
    await reconnect(begun);
    open(begun, 'x.3', [], ['k1']);
    expect(isKilled(begun.session)).toBe(true);
    begun.ports.stream.say('patch', patchOf(rulesetAt('x', 1), rulesetAt('x', 2)), 'x.2');
    expect(isKilled(begun.session)).toBe(true);
    begun.ports.stream.say('patch', patchOf(rulesetAt('x', 2), rulesetAt('x', 3)), 'x.3');
    expect(isKilled(begun.session)).toBe(false);
  });

  it('do not end by the answer of another epoch', async () => {
    const begun = beginWith(snapshotAt('x', 5, { overlay: [killOf('f', 'k1')] }));
    await reconnect(begun);
    open(begun, 'y.3', [], ['k1'], 1e9);
    await begun.pass(1_000);
    expect([begun.session.position, isKilled(begun.session)]).toEqual(['x.5', true]);
  });

  it('are asked about again where the node does not announce them, for a base may have settled them long ago', async () => {
    const begun = beginWith(snapshotAt('x', 1, { overlay: [killOf('f', 'k1')] }));
    await reconnect(begun);
    open(begun, 'x.1');
    begun.ports.answers = [answerOf(snapshotAt('x', 1, { settled: ['k1'] }))];
    for (let i = 0; i < 20; i++) {
      await begun.pass(4_000);
      beat(begun, 'x.1');
    }
    expect(begun.ports.sent).toHaveLength(1);
    expect(isKilled(begun.session)).toBe(false);
  });

  it('are not laid again by a node that has not heard that they are settled', () => {
    const begun = beginWith(snapshotAt('x', 1, { settled: ['k1'] }));
    begun.ports.stream.say('overlay', { overlay: [killOf('f', 'k1')], settled: [], position: 'x.1' });
    expect(isKilled(begun.session)).toBe(false);
  });

  it('have it reconnect when their hash says that an announcement was missed', () => {
    const begun = beginWith(snapshotAt('x', 1));
    beat(begun, 'x.1', 0, [killOf('f', 'k1')]);
    expect(begun.ports.stream.isClosed).toBe(true);
  });
});
