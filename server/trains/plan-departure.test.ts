import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type PlanFacts, planDeparture } from './plan-departure.ts';
import type { Velocity } from './train.ts';

const HOUR = 3_600_000;
const ten = new Date('2026-06-03T10:00:00Z');
const hours = (count: number) => new Date(ten.getTime() + count * HOUR);
const weekly: Velocity = { kind: 'train', rule: '0 10 * * 3', zone: 'UTC' };
const frozen = { name: 'Sale', until: hours(20) };
const stopped = { by: 'person:a', at: hours(-1).toISOString(), reason: 'the till fails' };

const facts = (over: { [K in keyof PlanFacts]?: Partial<PlanFacts[K]> | null } = {}, now = ten): PlanFacts => ({
  train: { velocity: weekly, mode: 'automatic', stopped: null, ...over.train },
  departure: {
    ...{ kind: 'regular', state: 'closed', opensAt: null, closesAt: hours(-4), leavesAt: ten, pressedBy: null },
    ...over.departure,
  },
  cars: { aboard: 2, ready: 1, firstBoardedAt: hours(-20), ...over.cars },
  next: { closesAt: hours(164), leavesAt: hours(168) },
  frozen: (over.frozen ?? null) as PlanFacts['frozen'],
  incident: (over.incident ?? null) as PlanFacts['incident'],
  now,
});

describe('the next step of a departure', () => {
  it.each<[string, PlanFacts, string, RegExp]>([
    ['waits for its boarding', facts({ departure: { state: 'scheduled', opensAt: hours(1) } }), 'wait', /begins at/],
    ['opens', facts({ departure: { state: 'scheduled', opensAt: ten } }), 'open', /has begun/],
    ['boards', facts({ departure: { state: 'boarding', closesAt: hours(1) } }), 'wait', /^Boarding until/],
    ['closes at the very cut-off', facts({ departure: { state: 'boarding', closesAt: ten } }), 'close', /cut-off/],
    ['waits for its time', facts({}, hours(-1)), 'wait', /leaves at 2026-06-03T10/],
    ['leaves', facts(), 'leave', /time has come/],
    ['waits while the line is stopped', facts({ train: { stopped } }), 'wait', /the till fails/],
    ['misses when it is stopped until the next closes', facts({ train: { stopped } }, hours(164)), 'miss', /the till/],
    ['misses in a freeze', facts({ frozen }), 'miss', /“Sale” held/],
    ['waits for an incident', facts({ incident: { title: 'Down' } }), 'wait', /“Down” is open/],
    ['waits for the press', facts({ train: { mode: 'button' } }), 'wait', /release manager/],
    [
      'leaves when it was pressed',
      facts({ train: { mode: 'button' }, departure: { pressedBy: 'person:a' } }),
      ...(['leave', /come/] as const),
    ],
    ['misses when nobody is aboard', facts({ cars: { aboard: 0, ready: 0 } }), 'miss', /Nobody/],
    ['misses when nothing is ready', facts({ cars: { ready: 0 } }), 'miss', /was ready/],
    ['misses when nothing acted for long', facts({}, hours(170)), 'miss', /in time/],
    ['leaves a chemspill to its own rule', facts({ departure: { kind: 'chemspill' } }), 'wait', /second person/],
    ['does nothing with what has left', facts({ departure: { state: 'under-way' } }), 'wait', /has left/],
  ])('%s', (_title, given, step, because) => {
    const planned = planDeparture(given);
    expect(planned.step).toBe(step);
    expect(planned.because).toMatch(because);
  });

  it('has no time to miss where it leaves when something is ready', () => {
    const open = { state: 'boarding', closesAt: null, leavesAt: null } as const;
    const train = { velocity: { kind: 'continuous' } as const };
    expect(planDeparture(facts({ train, departure: open })).step).toBe('leave');
    expect(planDeparture(facts({ train, departure: open, frozen }))).toMatchObject({
      step: 'wait',
      until: frozen.until,
    });
    expect(planDeparture(facts({ train, departure: open, cars: { ready: 0 } })).step).toBe('wait');
  });

  it('keeps the time that it has where the train goes by something else since', () => {
    const train = { velocity: { kind: 'continuous' } as const };
    expect(planDeparture(facts({ train }, hours(-1))).step).toBe('wait');
    expect(planDeparture(facts({ train })).step).toBe('leave');
  });

  it('never leaves before its cut-off and its time, in a freeze, or while the line is stopped', () => {
    const offset = fc.integer({ min: -30, max: 30 });
    const states = ['scheduled', 'boarding', 'closed', 'departing', 'under-way', 'arrived', 'missed'] as const;
    const scene = fc.record({
      state: fc.constantFrom(...states),
      velocity: fc.constantFrom<Velocity>(weekly, { kind: 'continuous' }, { kind: 'deadline', at: ten.toISOString() }),
      leaves: fc.option(offset, { nil: null }),
      before: fc.nat(20),
      isStopped: fc.boolean(),
      isFrozen: fc.boolean(),
      ready: fc.nat(3),
      now: offset,
    });
    fc.assert(
      fc.property(scene, ({ state, velocity, leaves, before, isStopped, isFrozen, ready, now }) => {
        const times = leaves === null ? { closesAt: null, leavesAt: null } : timesBefore(leaves, before);
        const given = facts(
          {
            ...{ train: { velocity, stopped: isStopped ? stopped : null }, departure: { state, ...times } },
            ...{ frozen: isFrozen ? frozen : null, cars: { aboard: 3, ready } },
          },
          hours(now),
        );
        if (planDeparture(given).step !== 'leave') return;
        expect([isStopped, isFrozen, ready === 0]).toEqual([false, false, false]);
        expect(['boarding', 'closed']).toContain(state);
        if (leaves !== null) expect(state).toBe('closed');
        expect(now).toBeGreaterThanOrEqual(leaves ?? now);
      }),
    );
  });
});

const timesBefore = (leaves: number, before: number) => ({ closesAt: hours(leaves - before), leavesAt: hours(leaves) });
