import type { Condition, Flag, Ruleset, Segment, Serve } from '../model/ruleset.ts';

/** A boolean flag, on, served `on` to everybody, with what a test changes of it. */
export function flagWith(changes: Partial<Flag> = {}): Flag {
  return {
    key: 'f',
    type: 'boolean',
    variants: { on: true, off: false },
    state: 'on',
    offVariant: 'off',
    prerequisites: [],
    rules: [],
    fallthrough: { variant: 'on' },
    clientVisible: false,
    ...changes,
  };
}

/** A flag that serves `on` where the condition holds and `off` where it does not. */
export function flagIf(condition: Condition, serve: Serve = { variant: 'on' }): Flag {
  return flagWith({ rules: [{ id: 'r', if: condition, serve }], fallthrough: { variant: 'off' } });
}

export function segmentWith(changes: Partial<Segment> = {}): Segment {
  return { key: 's', by: 'targetingKey', included: [], excluded: [], ...changes };
}

export function rulesetWith(flags: Record<string, Flag>, changes: Partial<Ruleset> = {}): Ruleset {
  return {
    schema: 1,
    project: 'p',
    environment: 'e',
    epoch: 'x',
    revision: 1,
    view: 'main',
    shedLevel: 0,
    flags,
    segments: {},
    ...changes,
  };
}
