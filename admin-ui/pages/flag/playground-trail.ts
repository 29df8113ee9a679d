import type { JsonValue, Step } from '@turnout/core';
import { tellForeign, tellTest } from '../../parts/tell-condition.ts';

/** A step of an evaluation in words, with the steps that led to it. */
export interface TrailNode {
  text: string;
  /** What was found of a test; undefined where nothing was tested. */
  holds: boolean | undefined;
  inner: TrailNode[];
}

interface Kept {
  step: Step;
  node: TrailNode;
}

/**
 * The steps of an evaluation as a tree. They come in the order in which they were finished, so what belongs to a step
 * stands before it: each takes in those before it that are parts of it.
 */
export function readTrail(trail: readonly Step[]): TrailNode[] {
  const kept: Kept[] = [];
  for (const step of trail) {
    let from = kept.length;
    while (from > 0 && isPartOf((kept[from - 1] as Kept).step, step)) from--;
    const inner = kept.splice(from).map(({ node }) => node);
    kept.push({ step, node: { text: tellStep(step), holds: 'holds' in step ? step.holds : undefined, inner } });
  }
  return kept.map(({ node }) => node);
}

function isPartOf(part: Step, whole: Step): boolean {
  if (whole.step === 'segment' && 'segment' in part && part.segment === whole.names) return true;
  if (whole.step === 'prerequisite' && 'flag' in part && part.flag === whole.needs) return true;
  const takesIn = whole.step === 'rule' || whole.step === 'all' || whole.step === 'any' || whole.step === 'not';
  return takesIn && isSameOwner(part, whole) && part.path.startsWith(`${whole.path}/`);
}

function isSameOwner(a: Step, b: Step): boolean {
  return 'flag' in a ? 'flag' in b && a.flag === b.flag : 'segment' in b && a.segment === b.segment;
}

function tellStep(step: Step): string {
  switch (step.step) {
    case 'flag':
      return tellAnswer(step);
    case 'prerequisite': {
      const got = step.got.variant ?? (step.got.errorCode === undefined ? 'no variant' : step.got.errorCode);
      const off = step.got.reason === 'DISABLED' ? ', for it is off' : '';
      return `needs ${step.needs} to give ${step.variants.join(' or ')}: it gives ${got}${off}`;
    }
    case 'rule':
      return `rule ${Number(step.path.split('/')[2]) + 1}, ${step.ruleId}`;
    case 'split': {
      if (step.unit === null) return `split by ${step.by}, which the context does not have`;
      return `split by ${step.by}: ${step.unit} is in bucket ${step.bucket} and gets ${step.variant ?? 'nothing'}`;
    }
    case 'test':
      return `${tellOf(step)} – ${tellActual(step.actual)}`;
    case 'segment':
      return `in segment ${step.names}`;
    case 'members':
      return tellMembers(step);
    default:
      return { all: 'all of these hold', any: 'one of these holds', not: 'not' }[step.step];
  }
}

function tellAnswer({ path, answer }: Step & { step: 'flag' }): string {
  const given = answer.variant ?? 'the caller’s coded default';
  if (path === '/fallthrough') return `no rule holds before this: everybody else gets ${given}`;
  if (answer.errorCode !== undefined) return `it cannot be evaluated: ${answer.errorCode}`;
  const by = answer.disabledBy;
  return `it is ${typeof by === 'string' ? by : 'off'}: everybody gets ${given}`;
}

function tellOf(step: Step & { step: 'test' }): string {
  const { attribute, op, values } = step;
  const native = OPS_OF_FLAGD.has(op) ? undefined : op;
  if (native === undefined) return tellForeign({ flagd: op, attribute, values });
  return tellTest({ attribute, op: native as Parameters<typeof tellTest>[0]['op'], values });
}
const OPS_OF_FLAGD = new Set<string>([
  '==',
  '===',
  '<',
  '<=',
  '>',
  '>=',
  'in',
  'has',
  'starts_with',
  'ends_with',
  'sem_ver',
  '!!',
]);

function tellActual(actual: JsonValue | undefined): string {
  return actual === undefined ? 'it is not there' : `it is ${JSON.stringify(actual)}`;
}

function tellMembers({ by, unit, found }: Step & { step: 'members' }): string {
  const who = unit === null ? `${by}, which is not there,` : `${by} ${JSON.stringify(unit)}`;
  return found === 'neither' ? `${who} is in neither of its lists` : `${who} is ${found} by name`;
}
