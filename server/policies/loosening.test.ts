import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isLoosening, loosenings } from './loosening.ts';
import type { FailAction, Gate, Guard, Policy } from './policy.ts';
import { readPolicy } from './read-policy.ts';
import { SAMPLE, sampleGround } from './sample.fixture.ts';
import { readYaml } from './yaml-document.ts';

const { policy: whole } = readPolicy(readYaml(SAMPLE).value, sampleGround());

function sample(): Policy {
  if (whole === undefined) throw new Error('the sample validates');
  return structuredClone(whole);
}

type Edit = (policy: Policy) => unknown;
const stage = (policy: Policy, at: number, step = 1) => {
  const found = policy.path[step]?.stages[at];
  if (found === undefined) throw new Error('there is such a stage');
  return found;
};
const guard = <K extends Guard['kind']>(policy: Policy, kind: K) =>
  policy.guards.find((one) => one.kind === kind) as Extract<Guard, { kind: K }>;
const gate = <K extends Gate['kind']>(policy: Policy, kind: K) =>
  policy.gates.find((one) => one.kind === kind) as Extract<Gate, { kind: K }>;
const stronger: Record<FailAction, FailAction> = { hold: 'pause', pause: 'rollBack', rollBack: 'kill', kill: 'kill' };

/** Each makes the sample stricter in one way, and can be done again and again. */
const TIGHTEN: Record<string, Edit> = {
  'a longer bake': (policy) => {
    stage(policy, 2).bakeMs += 1;
  },
  'more units': (policy) => {
    stage(policy, 1).minUnits = (stage(policy, 1).minUnits ?? 0) + 1;
  },
  'more hits': (policy) => {
    const hits = stage(policy, 1).minHits;
    if (hits) hits.count++;
  },
  'hits where there were none': (policy) => {
    const hits = stage(policy, 3).minHits;
    stage(policy, 3).minHits = { event: 'bought', count: (hits?.count ?? 0) + 1 };
  },
  'one more gate before a stage': (policy) => {
    stage(policy, 4 - stage(policy, 4).gates.length).gates.push('smoke');
  },
  'one more gate': (policy) => {
    policy.gates.push({ id: `g${policy.gates.length}`, kind: 'instances', atLeast: 1, always: false, at: 'every' });
  },
  'a gate at every stage': (policy) => {
    gate(policy, 'check').at = 'every';
    gate(policy, 'instances').atLeast++;
  },
  'more answers in a row': (policy) => {
    gate(policy, 'probe').times++;
  },
  'a longer calm': (policy) => {
    gate(policy, 'incident-free').withinMs += 1;
  },
  'one more approval': (policy) => {
    stage(policy, 2).approvals.push({ role: 'admin', count: 1, expiresMs: 60_000 });
  },
  'two who approve': (policy) => {
    for (const approval of stage(policy, 3).approvals) approval.count++;
  },
  'an approval that expires sooner': (policy) => {
    for (const approval of stage(policy, 3).approvals) approval.expiresMs -= 1;
  },
  'an earlier deadline': (policy) => {
    policy.deadline = { afterMs: policy.deadline.afterMs - 1, onDeadline: 'rollBack' };
  },
  'a smaller margin': (policy) => {
    guard(policy, 'versus-control').margin *= 0.9;
  },
  'a smaller effect to be seen': (policy) => {
    const errors = guard(policy, 'versus-control');
    errors.mustSee = 1.3 + ((errors.mustSee ?? 3) - 1.3) * 0.9;
  },
  'a lower limit': (policy) => {
    guard(policy, 'absolute').limit *= 0.9;
  },
  'a lower threshold, sooner': (policy) => {
    const p95 = guard(policy, 'threshold');
    p95.above = (p95.above ?? 0) - 0.01;
    p95.forMs -= 1;
  },
  'a stronger action': (policy) => {
    const p95 = guard(policy, 'threshold');
    if (p95.onFail === 'kill') p95.forMs -= 1;
    p95.onFail = stronger[p95.onFail];
  },
  'one more guard that looks outside': (policy) => {
    const id = `s${policy.guards.length}`;
    policy.guards.push({ id, kind: 'signal', signal: { team: 'shop' }, mode: 'enforce', onFail: 'hold' });
  },
  'fresher evidence': (policy) => {
    policy.evidence.maxAgeMs -= 1;
  },
};

/** Each makes the sample looser, or something that cannot be compared; with where that is said. */
const LOOSEN: Record<string, [Edit, string]> = {
  'a shorter bake': [(policy) => void stage(policy, 2).bakeMs--, '/path/1/stages/2/bake'],
  'another exposure': [(policy) => Object.assign(stage(policy, 1), { exposure: 4_000 }), '/path/1/stages/1/exposure'],
  'another audience': [(policy) => Object.assign(stage(policy, 0), { audience: 'beta' }), '/path/1/stages/0/audience'],
  'fewer units': [(policy) => Object.assign(stage(policy, 1), { minUnits: 3_999 }), '/path/1/stages/1/minUnits'],
  'a number for what was computed': [
    (policy) => Object.assign(stage(policy, 2), { minUnits: 1 }),
    '/path/1/stages/2/minUnits',
  ],
  'other hits': [
    (policy) => Object.assign(stage(policy, 1), { minHits: { event: 'x', count: 100 } }),
    '/path/1/stages/1/minHits',
  ],
  'one stage less': [(policy) => void policy.path[1]?.stages.pop(), '/path'],
  'one environment less': [(policy) => void policy.path.shift(), '/path'],
  'a gate less before a stage': [(policy) => void stage(policy, 2).gates.pop(), '/path/1/stages/2/gates'],
  'a gate that moves to a later stage': [(policy) => void stage(policy, 4).gates.push('ci'), '/path/1/stages/0/gates'],
  'a gate less': [(policy) => void policy.gates.splice(3, 1), '/gates/3'],
  'a gate less at every stage': [(policy) => void delete gate(policy, 'instances').at, '/path/0/stages/0/gates'],
  'a gate of another address': [
    (policy) => Object.assign(gate(policy, 'probe'), { url: 'https://x.example' }),
    '/gates/0/url',
  ],
  'a gate that a chemspill skips': [
    (policy) => Object.assign(gate(policy, 'check'), { always: false }),
    '/gates/1/always',
  ],
  'a gate that tries for longer': [
    (policy) => Object.assign(gate(policy, 'probe'), { timeoutMs: 1e9 }),
    '/gates/0/timeout',
  ],
  'an approval less': [(policy) => void stage(policy, 3).approvals.pop(), '/path/1/stages/3/approvals'],
  'a later deadline': [(policy) => void policy.deadline.afterMs++, '/deadline'],
  'a stage with a later deadline': [
    (policy) => Object.assign(stage(policy, 2), { deadline: { afterMs: 1e10, onDeadline: 'rollBack' } }),
    '/path/1/stages/2/deadline',
  ],
  'a wider margin': [(policy) => Object.assign(guard(policy, 'versus-control'), { margin: 0.3 }), '/guards/0/margin'],
  'a larger effect to be seen': [
    (policy) => Object.assign(guard(policy, 'versus-control'), { mustSee: 4 }),
    '/guards/0/mustSee',
  ],
  'the other direction': [
    (policy) => Object.assign(guard(policy, 'versus-control'), { direction: 'down' }),
    '/guards/0/direction',
  ],
  'a shadow': [(policy) => Object.assign(guard(policy, 'absolute'), { mode: 'shadow' }), '/guards/2/mode'],
  'a weaker action': [(policy) => Object.assign(guard(policy, 'absolute'), { onFail: 'pause' }), '/guards/2/onFail'],
  'another window': [(policy) => Object.assign(guard(policy, 'absolute'), { windowMs: 1_200_000 }), '/guards/2/window'],
  'a higher threshold': [(policy) => Object.assign(guard(policy, 'threshold'), { above: 0.5 }), '/guards/3/above'],
  'a guard elsewhere': [
    (policy) => Object.assign(guard(policy, 'threshold'), { environment: 'staging' }),
    '/guards/3/environment',
  ],
  'a narrower signal': [
    (policy) => Object.assign(guard(policy, 'signal').signal, { team: 'shop' }),
    '/guards/4/signal',
  ],
  'a guard less': [(policy) => void policy.guards.pop(), '/guards/5'],
  'one more guard that shares alpha': [
    (policy) => policy.guards.push({ ...guard(policy, 'absolute'), id: 'more' }),
    '/guards',
  ],
  'another alpha': [(policy) => Object.assign(policy, { alpha: 0.02 }), '/alpha'],
  'older evidence': [(policy) => void policy.evidence.maxAgeMs++, '/evidence/maxAge'],
  'another unit': [(policy) => Object.assign(policy, { unit: 'company' }), '/unit'],
  'another way back': [(policy) => Object.assign(policy, { reversible: 'forward-only' }), '/reversible'],
};

describe('loosening a policy', () => {
  it.each(Object.entries(LOOSEN))('is %s, told where', (_title, [edit, path]) => {
    const after = sample();
    edit(after);
    expect(loosenings(sample(), after).map((one) => one.path)).toContain(path);
  });

  it.each(Object.entries(TIGHTEN))('is not %s, and it is to take that back', (_title, edit) => {
    const after = sample();
    edit(after);
    expect(loosenings(sample(), after)).toEqual([]);
    expect(isLoosening(after, sample())).toBe(true);
  });

  it('is not what no decision rests on, nor nothing at all', () => {
    const after = sample();
    stage(after, 1).name = 'the first few';
    expect(loosenings(sample(), after)).toEqual([]);
    expect(isLoosening(sample(), sample())).toBe(false);
  });

  it('goes one way only: what is stricter in any number of ways is looser the other way round', () => {
    const edits = fc.array(fc.constantFrom(...Object.values(TIGHTEN)), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(edits, edits, (first, then) => {
        const [before, after] = [sample(), sample()];
        for (const edit of first) for (const policy of [before, after]) edit(policy);
        for (const edit of then) edit(after);
        expect(isLoosening(before, before)).toBe(false);
        expect(loosenings(before, after)).toEqual([]);
        expect(isLoosening(after, before)).toBe(true);
      }),
    );
  });

  it('is no word on a time of a check, which never meant anything', () => {
    const [before, after] = [sample(), sample()];
    gate(before, 'check').timeoutMs = 60_000;
    expect([loosenings(before, after), loosenings(after, before)]).toEqual([[], []]);
  });

  it('never comes of two steps that loosen nothing', () => {
    // What takes something away leaves other edits without what they edit.
    const kept = Object.entries(LOOSEN).filter(([title]) => !title.includes('less'));
    const any = [...Object.values(TIGHTEN), ...kept.map(([, [edit]]) => edit)];
    const edits = fc.array(fc.constantFrom(...any), { maxLength: 3 });
    const stricter = fc.array(fc.constantFrom(...Object.values(TIGHTEN)), { maxLength: 6 });
    fc.assert(
      fc.property(edits, stricter, fc.oneof(stricter, edits), (first, second, third) => {
        const [one, two, three] = [sample(), sample(), sample()];
        for (const edit of first) for (const policy of [one, two, three]) edit(policy);
        for (const edit of second) for (const policy of [two, three]) edit(policy);
        for (const edit of third) edit(three);
        fc.pre(!isLoosening(one, two) && !isLoosening(two, three));
        expect(loosenings(one, three)).toEqual([]);
      }),
    );
  });
});
