import type { Flag } from '@turnout/core';
import type { ChangeOrder, Check, EnvironmentStep } from '../changes/door.ts';
import type { Tx } from '../database/connect.ts';
import { findIncident, placesOf } from '../incidents/store.ts';
import { liveRunsIn } from '../rollouts/run-store.ts';
import { hashOfServed } from './form.ts';
import {
  dropInForce,
  formsInForceOf,
  goodFormsOf,
  type InForce,
  proveForms,
  putInForce,
  revokeForms,
} from './good-store.ts';
import { hasStood } from './known-good.ts';
import { revokeForm } from './revoke-form.ts';

/**
 * A check of the door that refuses nothing: in the transaction of each change it writes down which form of a flag is in
 * force since when, what has stood long enough, and what was found against it. So no node, and no crash, comes between a
 * kill and what is known of the form that it stopped.
 */
export function noteForms(clock: { now(): Date }): Check {
  return async (tx, order, steps) => {
    const now = clock.now();
    for (const step of steps) await noteStep(tx, order, step, now);
    if (SAYS_WRONG.has(order.action)) await noteIncident(tx, order, now);
    return undefined;
  };
}

async function noteStep(tx: Tx, order: ChangeOrder, { environment, before, after }: EnvironmentStep, now: Date) {
  const changed = [...new Set([...Object.keys(before.flags), ...Object.keys(after.flags)])].filter(
    (key) => flagOf(before.flags, key) !== flagOf(after.flags, key),
  );
  if (changed.length === 0) return;
  const environmentId = environment.id;
  const [inForce, live] = [
    await formsInForceOf(tx, environmentId, changed),
    new Set((await liveRunsIn(tx, environmentId, changed)).map(({ flag }) => flag)),
  ];
  const noted = changed.map((key) => {
    const [was, is] = [flagOf(before.flags, key), flagOf(after.flags, key)];
    return { key, is, isNewKill: is?.killed === true && was?.killed !== true, standing: inForce.get(key) };
  });
  const killed = noted.filter(({ isNewKill }) => isNewKill).flatMap(({ standing }) => standing ?? []);
  // A guard that kills has found something against what its run wrote, and nothing against what was there before.
  if (killed.length > 0 && order.principal.kind !== 'rollout') {
    const why = order.reason?.trim() ? `It was killed: “${order.reason.trim()}”.` : 'It was killed.';
    await revokeForms(tx, environmentId, killed, { because: why, now });
  }
  const next: InForce[] = [];
  const gone: InForce[] = [];
  for (const { key, is, standing } of noted) {
    const served = is === undefined || is.killed ? undefined : hashOfServed(is);
    if (served !== undefined && (live.has(key) || standing?.served === served)) continue;
    if (standing !== undefined) gone.push(standing);
    if (served !== undefined) next.push({ environmentId, flag: key, served, since: now });
  }
  await noteStood(tx, gone, now);
  const follows = new Set(next.map(({ flag }) => flag));
  await dropInForce(
    tx,
    environmentId,
    gone.map(({ flag }) => flag).filter((flag) => !follows.has(flag)),
  );
  await putInForce(tx, next);
}

/** What is replaced after it has stood long enough stays known to be good. */
async function noteStood(tx: Tx, gone: readonly InForce[], now: Date): Promise<void> {
  const old = gone.filter((one) => hasStood(one, undefined, now));
  const [first] = old;
  if (first === undefined) return;
  const goods = await goodFormsOf(
    tx,
    first.environmentId,
    old.map(({ flag }) => flag),
  );
  const proven = old.filter((one) => {
    const known = goods.get(one.flag)?.find(({ served }) => served === one.served);
    const isProven = known !== undefined && known.proof !== null && known.revokedAt === null;
    return !isProven && hasStood(one, known, now);
  });
  await proveForms(
    tx,
    proven.map(({ environmentId, flag, served }) => {
      return { environmentId, flag, served, proof: 'stood' as const, proofId: null, provenAt: now };
    }),
  );
}

/** By these somebody, or a signal, says that something is wrong with what is in force. */
const SAYS_WRONG = new Set(['incident.open', 'incident.join', 'incident.update', 'incident.reopen']);

async function noteIncident(tx: Tx, { projectId, subject }: ChangeOrder, now: Date): Promise<void> {
  const id = subject.slice('incident/'.length);
  const incident = await findIncident(tx, projectId, id);
  if (incident?.state !== 'open') return;
  for (const { environmentId, flag } of (await placesOf(tx, [id])).get(id) ?? []) {
    if (flag !== null) await revokeForm(tx, environmentId, flag, `The incident “${incident.title}” names it.`, now);
  }
}

const flagOf = (flags: Readonly<Record<string, Flag>>, key: string): Flag | undefined =>
  Object.hasOwn(flags, key) ? flags[key] : undefined;
