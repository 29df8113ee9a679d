import { describe, expect, it } from 'vitest';
import type { Policy } from '../policies/policy.ts';
import { at, DAY, HOUR, healthy, MINUTE, policyOf, rolloutOf, runningRun, waitingRun } from './decide.fixture.ts';
import { decide } from './decide.ts';
import type { Evidence } from './decision.ts';
import { noteDecision, pauseRun } from './move-run.ts';
import type { Run } from './rollout.ts';

const policy = policyOf({ deadline: { afterMs: DAY, onDeadline: 'ask' } });

/** What is decided of a run whose units never come, or of one that is missing something else. */
function decideAt(run: Run, ms: number, change: (evidence: Evidence) => void = () => {}, by: Policy = policy) {
  const evidence = healthy(at(ms), 10);
  change(evidence);
  return decide({ rollout: rolloutOf(), run, policy: by }, evidence, at(ms));
}

const noted = (run: Run, ms: number, by: Policy = policy) =>
  noteDecision(run, decideAt(run, ms, undefined, by), by, at(ms));

describe('a deadline', () => {
  it('holds before, asks when it comes, and goes back after as long again', () => {
    const run = runningRun(policy);
    expect(decideAt(run, DAY - 1)).toMatchObject({ action: 'hold', page: null, checkAgainAt: at(DAY).toISOString() });
    const asked = decideAt(run, DAY);
    expect(asked).toMatchObject({ action: 'hold', page: 'deadline' });
    expect(asked.reason).toContain('10 of 4,000 units');
    expect(asked.reason).toContain('It has taken 1 day, and 1 day was its deadline.');
    expect(asked.reason).toContain('Without an answer it rolls back in 1 day.');
    const next = noted(run, DAY);
    expect(decideAt(next, 2 * DAY - 1)).toMatchObject({ action: 'hold' });
    expect(decideAt(next, 2 * DAY)).toMatchObject({ action: 'rollBack', checkAgainAt: null });
    expect(decideAt(next, 2 * DAY).reason).toMatch(/^Rolls back: its deadline passed after 2 days\. 10 of 4,000 units/);
  });

  it('pages once a day while it is not answered', () => {
    const long = policyOf({ deadline: { afterMs: 7 * DAY, onDeadline: 'ask' } });
    const next = noted(runningRun(long), 7 * DAY, long);
    expect(decideAt(next, 8 * DAY - 1, undefined, long)).toMatchObject({
      page: null,
      checkAgainAt: at(8 * DAY).toISOString(),
    });
    expect(decideAt(next, 8 * DAY, undefined, long)).toMatchObject({ page: 'deadline' });
    // Paging again does not put off what was announced.
    expect(noted(next, 8 * DAY, long)).toMatchObject({ askedAfterMs: 7 * DAY, paged: { at: at(8 * DAY) } });
  });

  it('counts from the question: after an outage over both nobody was asked yet', () => {
    const run = runningRun(policy);
    const late = noted(run, 10 * DAY);
    expect(decideAt(run, 10 * DAY)).toMatchObject({ action: 'hold', page: 'deadline' });
    expect(decideAt(late, 11 * DAY - 1)).toMatchObject({ action: 'hold' });
    expect(decideAt(late, 11 * DAY)).toMatchObject({ action: 'rollBack' });
  });

  it('goes on where it can, however late', () => {
    const run = { ...runningRun(policy), askedAfterMs: DAY };
    expect(decide({ rollout: rolloutOf(), run, policy }, healthy(at(9 * DAY)), at(9 * DAY))).toMatchObject({
      action: 'advance',
    });
  });

  it('does not run in time that it stood still', () => {
    const run = runningRun(policy, { stoodMs: 5 * DAY });
    expect(decideAt(run, 6 * DAY - 1)).toMatchObject({ action: 'hold', page: null });
    const standing = runningRun(policy, { standsSince: at(HOUR) });
    const frozen = (evidence: Evidence) =>
      (evidence.freeze = { name: 'Easter', until: at(90 * DAY).toISOString(), inFlight: 'hold' });
    const unwatched = policyOf({ deadline: policy.deadline, guards: [] });
    expect(decideAt(standing, 40 * DAY, frozen, unwatched)).toMatchObject({
      action: 'hold',
      page: null,
      checkAgainAt: at(90 * DAY).toISOString(),
    });
  });

  it('waits while a freeze lets the stage be finished and no other begin', () => {
    const unwatched = policyOf({ deadline: policy.deadline, guards: [] });
    const run = runningRun(policy, { waitedMs: 5 * DAY });
    expect(decideAt(run, 6 * DAY - 1, undefined, unwatched)).toMatchObject({ page: null });
    const waiting = runningRun(policy, { waitsSince: at(HOUR) });
    const until = at(90 * DAY).toISOString();
    const frozen = (evidence: Evidence) => (evidence.freeze = { name: 'Easter', until, inFlight: 'finish-stage' });
    expect(decideAt(waiting, 40 * DAY, frozen, unwatched)).toMatchObject({
      ...{ action: 'hold', page: null, checkAgainAt: until },
    });
  });

  it('runs for the first stage from when the run came into its environment', () => {
    const gated = policyOf({
      deadline: policy.deadline,
      gates: [{ id: 'ci', kind: 'check', check: 'acceptance', always: true }],
    });
    expect(decideAt(waitingRun(), DAY, undefined, gated)).toMatchObject({ action: 'hold', page: 'deadline' });
    expect(decideAt(waitingRun({ askedAfterMs: DAY }), 2 * DAY, undefined, gated)).toMatchObject({
      action: 'rollBack',
    });
  });

  it('of a stage comes before that of the policy, and may go back at once', () => {
    const own = structuredClone(policy);
    own.path[0]!.stages[0]!.deadline = { afterMs: HOUR, onDeadline: 'rollBack' };
    expect(decideAt(runningRun(own), HOUR - 1, undefined, own)).toMatchObject({
      action: 'hold',
      checkAgainAt: at(HOUR).toISOString(),
    });
    expect(decideAt(runningRun(own), HOUR, undefined, own)).toMatchObject({ action: 'rollBack' });
  });

  it.each(['forward-only', 'runbook'] as const)('pauses what is %s, and tells somebody each day', (reversible) => {
    const forward = policyOf({ deadline: policy.deadline, reversible });
    let run: Run = { ...runningRun(forward), askedAfterMs: DAY };
    expect(decideAt(run, 2 * DAY, undefined, forward)).toMatchObject({
      action: 'pause',
      cause: 'deadline',
      page: 'stopped',
    });
    run = pauseRun(noted(run, 2 * DAY, forward), {
      cause: 'deadline',
      actor: 'rollout:r1',
      reason: 'Late.',
      now: at(2 * DAY),
    });
    expect(decideAt(run, 3 * DAY - 1, undefined, forward)).toMatchObject({ action: 'hold', page: null });
    expect(decideAt(run, 3 * DAY, undefined, forward)).toMatchObject({ action: 'hold', page: 'stopped' });
  });
});

describe('a freeze without an end', () => {
  const endless = (evidence: Evidence) => (evidence.freeze = { name: 'Audit', until: null, inFlight: 'hold' });
  const unwatched = policyOf({ deadline: policy.deadline, guards: [] });

  it('tells somebody once it held for seven days, and each day from then on', () => {
    let run = runningRun(unwatched, { standsSince: at(HOUR) });
    const due = HOUR + 7 * DAY;
    expect(decideAt(run, due - 1, endless, unwatched)).toMatchObject({
      page: null,
      checkAgainAt: at(due).toISOString(),
    });
    const held = decideAt(run, due, endless, unwatched);
    expect(held).toMatchObject({ action: 'hold', page: 'long-pause' });
    expect(held.reason).toBe('Holds: The freeze “Audit” lasts until somebody ends it.');
    run = noteDecision(run, held, unwatched, at(due));
    expect(decideAt(run, due + DAY - 1, endless, unwatched)).toMatchObject({
      page: null,
      checkAgainAt: at(due + DAY).toISOString(),
    });
    expect(decideAt(run, due + DAY, endless, unwatched)).toMatchObject({ page: 'long-pause' });
  });

  it('is told of, too, where something else is missing as well', () => {
    const silent = (evidence: Evidence) => {
      endless(evidence);
      evidence.entry = undefined;
    };
    const run = runningRun(policy, { standsSince: at(HOUR) });
    expect(decideAt(run, HOUR + 7 * DAY, silent)).toMatchObject({ action: 'hold', page: 'long-pause' });
  });

  it('tells nobody where its end is known, however far', () => {
    const run = runningRun(unwatched, { standsSince: at(HOUR) });
    const known = (evidence: Evidence) =>
      (evidence.freeze = { name: 'Easter', until: at(90 * DAY).toISOString(), inFlight: 'hold' });
    expect(decideAt(run, 40 * DAY, known, unwatched)).toMatchObject({ page: null });
  });
});

describe('a pause', () => {
  const by = { actor: 'person:p1', reason: 'Lunch.', now: at(0) };

  it('by a person tells somebody after seven days, and each day from then on', () => {
    let run = pauseRun(runningRun(policy), { ...by, cause: 'person' });
    expect(decideAt(run, 7 * DAY - 1)).toMatchObject({ page: null, checkAgainAt: at(7 * DAY).toISOString() });
    expect(decideAt(run, 7 * DAY)).toMatchObject({ action: 'hold', page: 'long-pause' });
    run = noted(run, 7 * DAY);
    expect(decideAt(run, 8 * DAY - 1)).toMatchObject({ page: null, checkAgainAt: at(8 * DAY).toISOString() });
    expect(decideAt(run, 8 * DAY)).toMatchObject({ page: 'long-pause' });
  });

  it.each(['flag-off', 'flag-killed', 'shed'] as const)('by %s does the same, also once it is on again', (cause) => {
    const run = pauseRun(runningRun(policy), { ...by, cause });
    expect(decideAt(run, 6 * DAY)).toMatchObject({ action: 'hold', page: null });
    expect(decideAt(run, 7 * DAY)).toMatchObject({ action: 'hold', page: 'long-pause' });
    expect(decideAt(run, 7 * DAY, ({ flag }) => (flag.killed = true))).toMatchObject({ page: 'long-pause' });
  });

  it.each(['guard', 'evidence', 'train'] as const)('by %s tells somebody at once', (cause) => {
    const run = pauseRun(runningRun(policy), { ...by, cause });
    expect(decideAt(run, MINUTE)).toMatchObject({ action: 'hold', page: 'stopped' });
  });

  it('holds no guard back', () => {
    const run = pauseRun(runningRun(policy), { ...by, cause: 'person' });
    const alarm = ({ signals }: Evidence) => (signals.alert = { at: at(MINUTE).toISOString(), summary: 'It burns' });
    expect(decideAt(run, HOUR, alarm)).toMatchObject({ action: 'rollBack' });
  });
});
