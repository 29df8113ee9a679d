import { describe, expect, it } from 'vitest';
import type { KeyPrincipal } from '../access/principal.ts';
import { ENVIRONMENT, flag, TestRulesets } from '../delivery/held-rulesets.fixture.ts';
import { TestClock } from '../delivery/test-node.fixture.ts';
import type { InstanceRow, NodeSighting } from './instance-store.ts';
import { Instances } from './instances.ts';
import { InstanceKeeper } from './keep-instances.ts';

const KEY: KeyPrincipal = {
  ...{ kind: 'key', keyKind: 'server', id: 'k1', name: 'app', projectId: 1, environmentId: ENVIRONMENT },
  ...{ origins: [], flags: null, tags: null },
};
const signer = { sign: (_purpose: string, text: string) => `1.${text.length}`, verify: () => false };
const NOTHING = { overlays: [], unsupported: [] };

function node(most?: number) {
  const clock = new TestClock();
  const rulesets = new TestRulesets([flag('a')]);
  const told: string[] = [];
  const instances = new Instances({
    ...{ clock, signer, node: 'n', rulesets, isNode: () => false },
    onMoved: ({ host, position }) => told.push(`${host} ${position}`),
    onLeft: ({ host }) => told.push(`${host} left`),
    ...(most === undefined ? {} : { most }),
  });
  instances.noteServed(rulesets.current);
  const open = (host: string, claimed?: string) => {
    const names = { instance: `instance-${host}`, host, sdk: 'node/1' };
    const { receiptToken, closed } = instances.opened(KEY, names, claimed);
    const say = (position: string | null, more: object = {}) =>
      instances.receive(KEY, names, receiptToken ?? '', { position, ...NOTHING, ...more });
    return { names, receiptToken, closed, say };
  };
  const hosts = () => instances.of(ENVIRONMENT).map(({ host }) => host);
  return { clock, rulesets, instances, told, open, hosts };
}

describe('the apps that a node knows', () => {
  it('are known by their first contact, and told of when they say something new', () => {
    const { rulesets, instances, told, open } = node();
    const app = open('a');
    const at = rulesets.current.position;
    app.say(at);
    app.say(at);
    app.say(at, { overlays: ['k'] });
    expect(told).toEqual([`a ${at}`, `a ${at}`]);
    expect(instances.of(ENVIRONMENT)).toMatchObject([{ host: 'a', position: at, overlays: ['k'], streams: 1 }]);
  });

  it('are known by what they fetch where they have no stream: by the tag that they send', () => {
    const { rulesets, instances } = node();
    const names = { instance: 'polling-1', host: 'p', sdk: 'curl' };
    instances.polled(KEY, names, undefined);
    expect(instances.of(ENVIRONMENT)).toMatchObject([{ host: 'p', position: null, streams: 0 }]);
    instances.polled(KEY, names, rulesets.current);
    expect(instances.of(ENVIRONMENT)).toMatchObject([{ position: rulesets.current.position }]);
    instances.polled(KEY, { ...names, instance: undefined }, undefined);
    expect(instances.of(ENVIRONMENT)).toHaveLength(1);
  });

  it('are forgotten when they say goodbye, also just after their stream has ended', () => {
    const { rulesets, told, open, hosts } = node();
    const [a, b] = [open('a'), open('b')];
    a.say(rulesets.current.position, { goodbye: true });
    b.closed();
    expect(() => b.say(rulesets.current.position)).toThrow('no receipt');
    b.say(null, { goodbye: true });
    expect(hosts()).toEqual([]);
    expect(told).toEqual([`a ${rulesets.current.position}`, 'a left', 'b left']);
  });

  it('may be where this node has heard of, or in an epoch that it has left, and nowhere later', () => {
    const { rulesets, instances, open } = node();
    rulesets.heardOf = 'e1.9';
    const app = open('a', 'e1.50');
    app.say('e1.9');
    expect(() => app.say('e1.51')).toThrow('has not served');
    // It says that it came from a node that is ahead: heard of, and not believed.
    app.say('e1.50');
    expect(instances.of(ENVIRONMENT)).toMatchObject([{ position: 'e1.9' }]);
    expect(() => app.say('e7.1')).toThrow('has not served');
    instances.noteServed({ environmentId: ENVIRONMENT, position: 'e7.1' });
    app.say('e7.1');
    expect(instances.of(ENVIRONMENT)).toMatchObject([{ position: 'e7.1' }]);
  });

  it('are so many at most; those that were lost make room', () => {
    const { clock, open, hosts } = node(2);
    const first = open('a');
    expect([first, open('b'), open('c')].map(({ receiptToken }) => receiptToken === undefined)).toEqual([
      ...[false, false, true],
    ]);
    first.closed();
    clock.advance(200_000);
    expect(open('c').receiptToken).toBeDefined();
    expect(hosts()).toEqual(['b', 'c']);
  });

  it('are let go of an hour after they were heard of', () => {
    const { clock, instances, open, hosts } = node();
    open('a').closed();
    open('frozen');
    clock.advance(3_599_999);
    instances.sweep();
    expect(hosts()).toEqual(['a', 'frozen']);
    clock.advance(1);
    instances.sweep();
    expect(hosts()).toEqual(['frozen']);
  });
});

describe('what a node writes for others', () => {
  function keeper() {
    const known = node();
    const done: string[] = [];
    const shared = {
      write: async (_environmentId: number, body: string) => void done.push(`${JSON.parse(body).instances.length}`),
      touch: async () => done.push('touch') > 0,
      read: async (): Promise<InstanceRow[]> => [],
      sightings: async (): Promise<NodeSighting[]> => [],
      dropOld: async () => undefined,
    };
    const parts = { clock: known.clock, instances: known.instances, shared, touchMs: 2_000 };
    return { ...known, keeper: new InstanceKeeper(parts), done };
  }

  it('is written when it has changed, touched when it has not, and ended with the last app', async () => {
    const { clock, keeper: keep, open, rulesets, done } = keeper();
    await keep.write();
    expect(done).toEqual([]);
    const app = open('a');
    await keep.write();
    clock.advance(1_000);
    await keep.write();
    app.say(rulesets.current.position);
    await keep.write();
    for (let second = 0; second < 4; second++) {
      clock.advance(1_000);
      await keep.write();
    }
    expect(done).toEqual(['1', '1', 'touch', 'touch']);
    clock.advance(10_000);
    await keep.write();
    app.say(null, { goodbye: true });
    clock.advance(1_000);
    await keep.write();
    clock.advance(10_000);
    await keep.write();
    expect(done.slice(4)).toEqual(['1', '0']);
  });
});
