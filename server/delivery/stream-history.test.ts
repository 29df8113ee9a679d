import { applyPatch, type Patch, type Ruleset, type Snapshot } from '@turnout/core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { flag, TestRulesets } from './held-rulesets.fixture.ts';
import { type ReadEvent, type StreamReader, TestSdkNode } from './sdk-node.fixture.ts';

type Move =
  | { do: 'flip' | 'kill' | 'settle' | 'gap' | 'epoch' | 'forget' | 'breathe' }
  | { do: 'connect'; back: number; elsewhere: boolean };

const move: fc.Arbitrary<Move> = fc.oneof(
  { weight: 6, arbitrary: fc.constant<Move>({ do: 'flip' }) },
  { weight: 2, arbitrary: fc.constantFrom<Move>({ do: 'kill' }, { do: 'settle' }) },
  { weight: 1, arbitrary: fc.constantFrom<Move>({ do: 'gap' }, { do: 'epoch' }, { do: 'forget' }, { do: 'breathe' }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('connect' as const),
      back: fc.integer({ min: -2, max: 6 }),
      elsewhere: fc.boolean(),
    }),
  },
);

/** Everything that was ever served, by position, so that a client's claim can be held against it. */
class History {
  readonly flags = new TestRulesets([flag('a'), flag('b'), flag('c')]);
  readonly bases = new Map<string, Ruleset>();
  #epoch = 1;

  constructor() {
    this.#note();
    this.flags.onServed(() => this.#note());
  }

  play(kind: Exclude<Move['do'], 'connect'>): void {
    const { flags } = this;
    const { base, overlay } = flags.current;
    if (kind === 'flip') flags.flip('abc'[base.revision % 3] ?? 'a');
    if (kind === 'kill') flags.kill('b');
    if (kind === 'settle' && overlay[0]) flags.put([flag('b', { killed: true })], [overlay[0].id]);
    if (kind === 'gap') flags.jump(base.epoch, base.revision + 3, [flag('a'), flag(`of-${base.revision}`)]);
    if (kind === 'epoch') flags.jump(`e${++this.#epoch}`, 1, [flag('a')]);
    if (kind === 'forget') flags.kept = flags.kept === 2 ? 100 : 2;
  }

  /** A place so many revisions ago (or ahead, or in another history). */
  placeOf({ back, elsewhere }: { back: number; elsewhere: boolean }): string {
    const { epoch, revision } = this.flags.current.base;
    return `${elsewhere ? 'e99' : epoch}.${Math.max(0, revision - back)}`;
  }

  #note(): void {
    this.bases.set(this.flags.current.position, this.flags.current.base);
  }
}

/** Takes events as a client must: what it then has must be what was served at the position that it claims. */
class Follower {
  position: string | undefined;
  base: Ruleset | undefined;
  heardOverlay = false;

  constructor(history: History, claimed: string) {
    this.position = claimed;
    this.base = history.bases.get(claimed);
  }

  take({ event, id, data }: ReadEvent, history: History): void {
    if (event === 'overlay') this.heardOverlay = true;
    if (event !== 'ruleset' && event !== 'patch' && event !== 'resync') return;
    expect(this.heardOverlay).toBe(true);
    expect(event).not.toBe('resync');
    if (event === 'ruleset') this.base = (data as Snapshot).ruleset;
    else {
      expect((data as Patch).from).toBe(this.position);
      // Whoever was ahead of this node holds what the node has come to serve since.
      this.base = applyPatch((this.base ?? history.bases.get(this.position ?? '')) as Ruleset, data as Patch);
    }
    this.position = id;
    expect(this.base).toEqual(history.bases.get(id ?? ''));
  }
}

test('Whatever happens in whatever order, every stream leads its client through history to what is served', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(move, { minLength: 5, maxLength: 40 }), async (moves) => {
      const history = new History();
      const node = new TestSdkNode(history.flags);
      await node.listen();
      const clients: { stream: StreamReader; follower: Follower }[] = [];
      for (const one of moves) {
        if (one.do === 'breathe') await new Promise((resolve) => setTimeout(resolve, 2));
        else if (one.do !== 'connect') history.play(one.do);
        else {
          const claimed = history.placeOf(one);
          // A client can only hold what somebody served, or come from a node that is ahead.
          if (one.back > 0 && !one.elsewhere && !history.bases.has(claimed)) continue;
          const follower = new Follower(history, claimed);
          clients.push({ stream: await node.open({ 'Last-Event-ID': claimed }), follower });
        }
      }
      // Nobody stays ahead for ever: this node gets there too, by another epoch.
      history.play('epoch');
      history.play('flip');
      const last = history.flags.current.position;
      for (const { stream, follower } of clients) {
        while (follower.position !== last) follower.take(await stream.next(), history);
        expect(follower.base).toEqual(history.flags.current.base);
      }
      await node.close();
    }),
    { numRuns: 25 },
  );
});
