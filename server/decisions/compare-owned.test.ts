import type { Condition, Flag, Rule, Serve } from '@turnout/core';
import { describe, expect, it } from 'vitest';
import { compareOwned, judgeEdit } from './compare-owned.ts';
import { growRun, leaveRun } from './grow-run.ts';
import { layRun, splitAt } from './layout.ts';

const STAGES = [
  { audience: 'staff', exposure: 5_000, bakeMs: 0, gates: [], approvals: [] },
  { exposure: 20_000, bakeMs: 0, gates: [], approvals: [] },
];
const shoppers: Rule = { id: 'shoppers', if: { segment: 'shoppers' }, serve: { variant: 'off' } };

function scene(target: 'fallthrough' | 'shoppers') {
  const terms = {
    ...{ id: 'r1-0', target, targetIf: target === 'fallthrough' ? null : shoppers.if, from: 'off', to: 'on' },
    ...{ by: 'targetingKey', salt: 'salt', anchor: { variant: 'off' }, sample: { salt: 's', below: 100_000 } },
  };
  const base: Flag = {
    ...{ key: 'new-checkout', type: 'boolean', variants: { on: true, off: false, other: false }, state: 'on' },
    ...{ offVariant: 'off', prerequisites: [], clientVisible: false, shedAt: 2 },
    ...{ rules: [shoppers], fallthrough: { variant: 'off' } },
  };
  const wrote = layRun(terms, STAGES, 0, 1);
  const flag: Flag = withServed(base, growRun({ ...base, run: null }, wrote));
  return { wrote, flag, terms, base };
}

function withServed({ run: _run, ...flag }: Flag, { run, ...served }: ReturnType<typeof growRun>): Flag {
  return { ...flag, ...served, ...(run === null ? {} : { run }) };
}

const serving = (flag: Flag, target: string, serve: Serve): Flag =>
  target === 'fallthrough'
    ? { ...flag, fallthrough: serve }
    : { ...flag, rules: flag.rules.map((rule) => (rule.id === target ? { ...rule, serve } : rule)) };

describe.each(['fallthrough', 'shoppers'] as const)('a run of the target %s', (target) => {
  const { wrote, flag, terms, base } = scene(target);
  const split = splitAt(5_000, terms);
  const changed = (change: Partial<Flag>): Flag => ({ ...flag, ...change });
  const added: Rule = { id: 'added', if: { segment: 'beta' }, serve: { variant: 'other' } };

  it('finds what it wrote', () => {
    expect(compareOwned(wrote, flag)).toBe('same');
    expect(compareOwned(wrote, structuredClone(flag))).toBe('same');
    expect(compareOwned(wrote, base)).toBe('edited');
    expect(compareOwned(layRun(terms, STAGES, 1, 2), flag)).toBe('edited');
  });

  const edits: [what: string, after: Flag | undefined, outcome: string, shedLevel?: number][] = [
    ['turn off', changed({ state: 'off' }), 'pauses'],
    ['set 0 %', serving(flag, target, { variant: 'off' }), 'ends'],
    ['set 100 %', serving(flag, target, { variant: 'on' }), 'ends'],
    ['set another share', serving(flag, target, splitAt(50_000, terms)), 'ends'],
    ['edit a value of its variants', changed({ variants: { ...flag.variants, on: false } }), 'refused'],
    ['edit a value of another variant', changed({ variants: { ...flag.variants, other: true } }), 'goes-on'],
    ['add a variant', changed({ variants: { ...flag.variants, more: true } }), 'goes-on'],
    ['delete one of its variants', changed({ variants: { off: false } }), 'refused'],
    ['add a rule before all', changed({ rules: [added, ...flag.rules] }), 'goes-on'],
    ['add a rule after all', changed({ rules: [...flag.rules, added] }), 'goes-on'],
    [
      'bucket by something else',
      serving(flag, target, 'split' in split ? { split: { ...split.split, by: 'account' } } : split),
      'refused',
    ],
    ['delete the audience’s rule', changed({ rules: flag.rules.filter(({ id }) => id === 'shoppers') }), 'ends'],
    [
      'serve the audience something else',
      changed({
        rules: flag.rules.map((rule) => (rule.id === 'shoppers' ? rule : { ...rule, serve: { variant: 'off' } })),
      }),
      'ends',
    ],
    ['take the measured run away', withServed(flag, { ...flag, run: null }), 'ends'],
    ['kill', changed({ killed: true }), 'pauses'],
    ['shed', flag, 'pauses', 2],
    ['shed what is worth less', flag, 'goes-on', 1],
    ['edit and turn off', { ...serving(flag, target, { variant: 'off' }), state: 'off' }, 'ends'],
    ['archive', undefined, 'refused'],
  ];
  it.each(edits)('%s', (_what, after, outcome, shedLevel = 0) => {
    const owned = { wrote, from: 'off', to: 'on' };
    expect(judgeEdit(owned, { flag, shedLevel: 0 }, { flag: after, shedLevel })).toMatchObject({ outcome });
  });

  it('is not touched by a restore, and by nothing that keeps it off', () => {
    const owned = { wrote, from: 'off', to: 'on' };
    const killed = { flag: changed({ killed: true }), shedLevel: 0 };
    expect(judgeEdit(owned, killed, { flag, shedLevel: 0 })).toEqual({ outcome: 'goes-on' });
    expect(judgeEdit(owned, killed, killed)).toEqual({ outcome: 'goes-on' });
  });

  it('leaves a rule that was added, and nothing of its own, when it goes back', () => {
    const edited = changed({ rules: [added, ...flag.rules] });
    const left = leaveRun({ rules: edited.rules, fallthrough: edited.fallthrough, run: null }, wrote, terms.anchor);
    expect(left).toEqual({ rules: [added, shoppers], fallthrough: { variant: 'off' }, run: null });
  });
});

it('refuses to delete the rule that is rolled out', () => {
  const { wrote, flag } = scene('shoppers');
  const without = { ...flag, rules: flag.rules.filter(({ id }) => id !== 'shoppers') };
  const touch = judgeEdit({ wrote, from: 'off', to: 'on' }, { flag, shedLevel: 0 }, { flag: without, shedLevel: 0 });
  expect(touch).toEqual({ outcome: 'refused', because: 'The rule shoppers cannot go while it is rolled out.' });
});

it('lives through another condition of its target, where the rule of its audience follows, and owns that', () => {
  const { wrote, flag } = scene('shoppers');
  const owned = { wrote, from: 'off', to: 'on' };
  const narrower: Condition = { all: [{ segment: 'shoppers' }, { segment: 'beta' }] };
  const withIfs = (target: Condition, audience: Condition, state: Flag['state'] = 'on'): Flag => ({
    ...{ ...flag, state },
    rules: flag.rules.map((rule) => ({ ...rule, if: rule.id === 'shoppers' ? target : audience })),
  });
  const judge = (after: Flag) => judgeEdit(owned, { flag, shedLevel: 0 }, { flag: after, shedLevel: 0 });
  const follows = { all: [narrower, { segment: 'staff' }] };
  const owns = { ...wrote, audienceRule: { ...wrote.audienceRule, if: follows } };
  expect(judge(withIfs(narrower, follows))).toEqual({ outcome: 'goes-on', wrote: owns });
  expect(judge(withIfs(narrower, follows, 'off'))).toMatchObject({ outcome: 'pauses', wrote: owns });
  // Whoever writes rules past that leaves it reaching further than its target.
  const stays = wrote.audienceRule?.if as Condition;
  expect(judge(withIfs(narrower, stays))).toMatchObject({
    ...{ outcome: 'ends', because: expect.stringContaining(`The rule ${wrote.audienceRule?.id} stays, and gives on`) },
  });
});

it('may delete a rule that is not rolled out', () => {
  const { wrote, flag } = scene('fallthrough');
  const without = { ...flag, rules: flag.rules.filter(({ id }) => id !== 'shoppers') };
  expect(judgeEdit({ wrote, from: 'off', to: 'on' }, { flag, shedLevel: 0 }, { flag: without, shedLevel: 0 })).toEqual({
    outcome: 'goes-on',
  });
});
