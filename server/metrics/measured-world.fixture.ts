import {
  type Compiled,
  type Context,
  compile,
  evaluate,
  type Flag,
  isSampled,
  type MeasuredRun,
  type Report,
  UnitFold,
  UnitHash,
} from '@turnout/core';
import type { MeasuredMetric } from './entry-units.ts';
import type { EntryEvidence } from './evidence.ts';
import { LATE_MS } from './judge-windows.ts';
import { arrived, reportOf } from './reports.fixture.ts';

/** At 60 %: two arms of 40 %, and a fifth that gets `to` without an arm. */
export const RUN: MeasuredRun = {
  ...{ id: 'r1', entry: 1, stage: 0, target: 'fallthrough', by: 'targetingKey', salt: 's', from: 'off', to: 'on' },
  ...{ treatment: [0, 40_000], control: [60_000, 100_000], sample: { salt: 'm', below: 100_000 } },
  ...{ audienceRule: 'staff', events: ['bought', 'ms'] },
};

export const FLAG: Flag = {
  ...{ key: 'f', type: 'boolean', variants: { on: true, off: false }, state: 'on', offVariant: 'off' },
  ...{ prerequisites: [], clientVisible: false, run: RUN },
  rules: [{ id: 'staff', if: { attribute: 'staff', op: 'equals', values: [true] }, serve: { variant: 'on' } }],
  fallthrough: {
    split: {
      ...{ by: 'targetingKey', salt: 's', of: 100_000 },
      slices: [
        [0, 60_000, 'on'],
        [60_000, 100_000, 'off'],
      ],
    },
  },
};

export const METRICS: MeasuredMetric[] = [
  { key: 'done', kind: 'rate', event: 'bought', windows: [50], source: 'server' },
  { key: 'latency', kind: 'mean', event: 'ms', cap: 80, windows: [], source: 'server' },
];

const compiled: Compiled = compile({
  ...{ schema: 1, project: 'p', environment: 'e', epoch: 'x', revision: 1, view: 'main', shedLevel: 0, segments: {} },
  flags: { f: FLAG },
});

/** A process that asks and tracks, with a clock of its own. */
export class AppProcess {
  readonly #fold: UnitFold;
  readonly #clock: () => number;

  constructor(clock: () => number) {
    this.#clock = clock;
    this.#fold = new UnitFold(clock);
    this.#fold.hold(compiled);
  }

  ask(context: Context): string | undefined {
    const found = evaluate(compiled, 'f', context);
    this.#fold.expose(found, context);
    return found.variant;
  }

  track(event: string, value: number | undefined, context: Context): void {
    this.#fold.track(event, value, context);
  }

  /** Whether the unit is in treatment, by what a process tells that has seen it alone. */
  isTreated(unit: string): boolean {
    this.ask({ targetingKey: unit });
    return this.cut()().runs?.[0]?.treatment !== undefined;
  }

  /** What it would send now; asked again, the same is older. */
  cut(): () => Report {
    const runs = this.#fold.take();
    const { batchId } = reportOf([]);
    const tell = () => runs.map(({ takenAt, records: _, ...run }) => ({ ...run, ageMs: this.#clock() - takenAt }));
    return () => reportOf([], { batchId, runs: tell() });
  }
}

export { arrived };

interface Seen {
  unit: string;
  at: number;
  arm?: 'treatment' | 'control' | 'to';
  event?: string;
  value?: number | undefined;
}

/** The same by lists and loops, from what truly happened: what every other way of counting is held against. */
export class NaiveModel {
  readonly seen: Seen[] = [];

  measure(now: number, below = 100_000): Pick<EntryEvidence, 'exposed' | 'metrics'> {
    const hash = new UnitHash('m');
    const sampled = this.seen.filter(({ unit }) => isSampled(hash.high(unit), below));
    const firsts = (arms: string[]) => {
      const found = new Map<string, number>();
      for (const { unit, at, arm } of sampled) {
        if (arm !== undefined && arms.includes(arm)) found.set(unit, Math.min(at, found.get(unit) ?? at));
      }
      return found;
    };
    const [treatment, control, to] = [firsts(['treatment']), firsts(['control']), firsts(['treatment', 'to'])];
    const first = (event: string, since: Map<string, number>, valued = false) => {
      const found = new Map<string, Seen>();
      for (const one of [...sampled].sort((a, b) => a.at - b.at)) {
        const from = since.get(one.unit);
        if (one.event !== event || from === undefined || one.at < from || found.has(one.unit)) continue;
        if (!valued || one.value !== undefined) found.set(one.unit, one);
      }
      return found;
    };
    const hits = (event: string) => ({
      treatment: first(event, treatment).size,
      control: first(event, control).size,
      to: first(event, to).size,
    });
    const values = (since: Map<string, number>) =>
      [...first('ms', since, true).values()].map(({ value = 0 }) => Math.min(80, value));
    const over = [...to].filter(([, at]) => at + 50 + LATE_MS <= now);
    const done = first('bought', to);
    const bad = over.filter(([unit, at]) => (done.get(unit)?.at ?? Number.POSITIVE_INFINITY) - at <= 50).length;
    return {
      exposed: { treatment: treatment.size, control: control.size, to: to.size },
      metrics: {
        done: {
          ...{ hits: hits('bought'), restarts: [] },
          absolute: { 50: { bad, good: over.length - bad, restarts: [] } },
        },
        latency: {
          ...{ hits: hits('ms'), restarts: [] },
          values: { treatment: momentsOf(values(treatment)), control: momentsOf(values(control)) },
        },
      },
    };
  }
}

function momentsOf(values: number[]) {
  const n = values.length;
  const mean = n === 0 ? 0 : values.reduce((a, b) => a + b, 0) / n;
  const variance = n < 2 ? 0 : values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1);
  return { n, mean: round(mean), variance: round(variance) };
}

const round = (value: number) => Math.round(value * 1e6) / 1e6;

/** Evidence as it is compared: means in whatever order they were added. */
export function rounded(
  evidence: Pick<EntryEvidence, 'exposed' | 'metrics'>,
): Pick<EntryEvidence, 'exposed' | 'metrics'> {
  const metrics = Object.entries(evidence.metrics).map(([key, metric]) => {
    const { values } = metric;
    if (values === undefined) return [key, metric] as const;
    const [treatment, control] = [values.treatment, values.control].map(({ n, mean, variance }) => ({
      ...{ n, mean: round(mean), variance: round(variance) },
    }));
    return [key, { ...metric, values: { treatment: treatment!, control: control! } }] as const;
  });
  return { exposed: evidence.exposed, metrics: Object.fromEntries(metrics) };
}
