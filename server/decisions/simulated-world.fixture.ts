import type { EntryEvidence } from '../metrics/evidence.ts';
import type { Policy } from '../policies/policy.ts';
import { at, copyMetrics, DAY, HOUR, MINUTE } from './decide.fixture.ts';
import type { ApprovalReading, Evidence, ThresholdReading } from './decision.ts';
import type { Dice } from './dice.fixture.ts';
import { layArms } from './layout.ts';
import type { Run } from './rollout.ts';

const NEVER = Number.POSITIVE_INFINITY;
const FOREVER: Span = [0, NEVER];
type Span = readonly [from: number, to: number];
const within = ([from, to]: Span, now: number) => from <= now && now < to;

/** What the outer world does to a run, drawn beforehand. Moments are ms since its start. */
export interface World {
  dice: Dice;
  /** Units a minute, if everybody were served. */
  pace: number;
  worse: 'nothing' | 'errors' | 'latency' | 'limit' | 'threshold' | 'arms';
  outage: Span;
  silence: Span;
  freeze: Span;
  /** Whether a stage is finished in that freeze. */
  freezeFinishes: boolean;
  incident: Span;
  lineStopped: Span;
  alertAt: number;
  /** Nobody gets what is rolled out: somebody turned the flag off, killed it or shed load, and took that back later. */
  off: Span;
  killed: Span;
  shed: Span;
  /** When somebody edits what the run owns. */
  editedAt: number;
  reachMs: number;
  gatesOpen: Record<string, Span>;
  /** How long people take; never, for some. */
  approvesMs: number;
  pressesMs: number;
  resumesMs: number;
  pausesAt: number;
  overridesMs: number;
}

export function drawWorld(dice: Dice, policy: Policy): World {
  const soon = () => dice.upTo(2 * 24 * 60) * MINUTE;
  const span = (of: number, most: number): Span => {
    if (!dice.once(of)) return [NEVER, NEVER];
    const from = soon();
    return [from, from + dice.upTo(most / MINUTE) * MINUTE];
  };
  const people = () => dice.one(MINUTE, HOUR, HOUR, 12 * HOUR, NEVER);
  const opens = (): Span => dice.one(FOREVER, FOREVER, FOREVER, [soon(), NEVER], [0, soon()], [NEVER, NEVER]);
  return {
    dice,
    pace: dice.one(1, 300, 300, 3000),
    worse: dice.one('nothing', 'nothing', 'errors', 'latency', 'limit', 'threshold', 'arms'),
    outage: span(4, 20 * DAY),
    silence: span(6, 20 * DAY),
    freeze: span(5, 10 * DAY),
    freezeFinishes: dice.once(2),
    incident: span(6, 10 * DAY),
    lineStopped: span(12, 10 * DAY),
    alertAt: dice.once(4) ? soon() : NEVER,
    off: span(12, 10 * DAY),
    killed: span(12, 10 * DAY),
    shed: span(12, 2 * DAY),
    editedAt: dice.once(20) ? soon() : NEVER,
    reachMs: dice.one(0, MINUTE, MINUTE, NEVER),
    gatesOpen: Object.fromEntries(policy.gates.map(({ id }) => [id, opens()])),
    approvesMs: people(),
    pressesMs: people(),
    resumesMs: people(),
    pausesAt: dice.once(8) ? soon() : NEVER,
    overridesMs: people(),
  };
}

/** Whether nobody gets what is rolled out at a moment. */
export const isAway = ({ off, killed, shed }: World, now: number): boolean =>
  [off, killed, shed].some((span) => within(span, now));

/** An approval that was asked for, and is given or lapses. */
export interface Asked {
  asks: number;
  askedAt: number;
}

const LAPSE_MS = DAY;

/** What an entry has measured so far; grown from tick to tick. */
export interface Measuring {
  entry: EntryEvidence;
  at: number;
}

export function beginMeasuring(run: Run, now: number): Measuring {
  const rate = () => ({ hits: { treatment: 0, control: 0, to: 0 }, restarts: [] });
  const values = () => ({ n: 0, mean: 100, variance: 1600 });
  const metrics: EntryEvidence['metrics'] = {
    'checkout.error': rate(),
    'checkout.ms': { ...rate(), values: { treatment: values(), control: values() } },
    'http.5xx': { ...rate(), absolute: { [10 * MINUTE]: { bad: 0, good: 0, restarts: [] } } },
  };
  const exposed = { treatment: 0, control: 0, to: 0 };
  return { entry: { run: run.id, entry: run.entry, newestAt: null, exposed, metrics, events: {} }, at: now };
}

/** Units that came since the last tick, with what they met. */
export function measure(
  measuring: Measuring,
  _run: Run,
  exposure: number,
  { world, now }: { world: World; now: number },
) {
  const passed = (now - measuring.at) / MINUTE;
  measuring.at = now;
  if (within(world.silence, now) || isAway(world, now) || passed <= 0) return;
  const { entry } = measuring;
  const drawn = (mean: number) => Math.max(0, Math.round(mean + Math.sqrt(mean) * (3 * world.dice.share() - 1.5)));
  const { treatment } = layArms(exposure);
  const width = (treatment[1] - treatment[0]) / 100_000;
  const arm = { treatment: drawn(world.pace * width * passed), control: drawn(world.pace * width * passed) };
  if (world.worse === 'arms') arm.treatment = Math.round(arm.treatment * 0.8);
  const to = Math.max(arm.treatment, drawn((world.pace * Math.max(exposure, 100) * passed) / 100_000));
  entry.exposed.treatment += arm.treatment;
  entry.exposed.control += arm.control;
  entry.exposed.to += to;
  entry.newestAt = at(now).toISOString();
  entry.events = { 'checkout.done': (entry.events?.['checkout.done'] ?? 0) + Math.round(to / 10) };
  countErrors(entry, arm, drawn, world.worse === 'errors' ? 0.03 : 0.01);
  const { values } = entry.metrics['checkout.ms']!;
  values!.treatment = { n: entry.exposed.treatment, mean: world.worse === 'latency' ? 115 : 100, variance: 1600 };
  values!.control.n = entry.exposed.control;
  const limit = entry.metrics['http.5xx']!.absolute![10 * MINUTE]!;
  const bad = Math.min(to, drawn(to * (world.worse === 'limit' ? 0.03 : 0.004)));
  limit.bad += bad;
  limit.good += to - bad;
}

function countErrors(
  entry: EntryEvidence,
  arm: { treatment: number; control: number },
  drawn: (mean: number) => number,
  rate: number,
) {
  const { hits, restarts } = entry.metrics['checkout.error']!;
  hits.treatment = Math.min(entry.exposed.treatment, hits.treatment + drawn(arm.treatment * rate));
  hits.control = Math.min(entry.exposed.control, hits.control + drawn(arm.control * 0.01));
  const [was, before] = restarts.at(-1) ?? [0, 0];
  if (hits.treatment + hits.control >= was + before + 200 && restarts.length < 20)
    restarts.push([hits.treatment, hits.control]);
}

export function lookAround(
  world: World,
  seen: { measuring: Measuring | undefined; run: Run; asked: Asked[]; now: number },
): Evidence {
  const { measuring, run, asked, now } = seen;
  const gates = Object.entries(world.gatesOpen).map(
    ([id, span]) => [id, { open: within(span, now), because: 'so' }] as const,
  );
  const since = (run.enteredAt ?? run.arrivedAt).getTime() - at(0).getTime();
  const fires = world.alertAt <= now && world.alertAt >= since;
  return {
    entry: measuring?.entry,
    metrics: METRICS,
    gates: Object.fromEntries(gates),
    thresholds: { p95: readThreshold(world, now) },
    signals: { alert: fires ? { at: at(world.alertAt).toISOString(), summary: 'It burns' } : null },
    approvals: asked.map((approval) => readApproval(approval, world, now)),
    ...readHolding(world, now),
    flag: readFlag(world, now),
    readBack: { effective: now - since >= world.reachMs, laggards: [] },
  };
}

function readHolding({ freeze, freezeFinishes, incident, lineStopped }: World, now: number) {
  const inFlight = freezeFinishes ? ('finish-stage' as const) : ('hold' as const);
  return {
    freeze: within(freeze, now) ? { name: 'Easter', until: at(freeze[1]).toISOString(), inFlight } : null,
    incident: within(incident, now) ? { id: 'i1', title: 'Slow', flag: null } : null,
    line: within(lineStopped, now) ? { train: 'weekly', reason: 'A bad day.' } : null,
  };
}

function readFlag({ off, killed, shed, editedAt }: World, now: number): Evidence['flag'] {
  const state = within(off, now) ? 'off' : 'on';
  return { exists: true, state, killed: within(killed, now), shed: within(shed, now), edited: editedAt <= now };
}

const METRICS = copyMetrics();

function readThreshold({ outage, worse }: World, now: number): ThresholdReading {
  if (within(outage, now)) return { kind: 'error', message: 'refused', since: at(outage[0]).toISOString() };
  const moment = at(now).toISOString();
  const beyond = worse === 'threshold' && now > HOUR;
  return { kind: 'value', value: beyond ? 0.5 : 0.2, at: moment, beyondSince: beyond ? at(HOUR).toISOString() : null };
}

function readApproval({ asks, askedAt }: Asked, { approvesMs }: World, now: number): ApprovalReading {
  const given = asks > 0 && approvesMs < LAPSE_MS && now >= askedAt + approvesMs;
  const by = ['person:p1', 'person:p2'].map((person) => ({ by: person, at: at(0).toISOString() }));
  const expired = asks > 0 && !given && now >= askedAt + LAPSE_MS;
  return { role: 'release-manager', needed: 1, given: given ? by : [], asks, expired };
}
