import type { JudgeApproval } from '../access/may-change.ts';
import type { Grant } from '../access/principal.ts';
import type { Direction } from '../changes/door.ts';
import type { Db, Tx } from '../database/connect.ts';
import { approvalsOf } from '../environments/environment.ts';
import { allEnvironments, type EnvironmentRow } from '../environments/environment-store.ts';
import type { Freeze } from '../environments/freeze.ts';
import { readFreezes, type TagsHolding, tagsHolding } from '../environments/freeze-store.ts';
import { Problem } from '../platform/problem.ts';
import { describeNeed, mayGive, missingOf, needsOf, whyNotCounted } from './count-approvals.ts';
import { ALONE_MS, type Need } from './request.ts';
import { flagsOf, isExpired } from './request-time.ts';
import { shareApprovals } from './share-approvals.ts';
import {
  findRequest,
  findRequests,
  findTogether,
  type GivenApproval,
  givenApprovals,
  membersNow,
  type RequestRow,
  rightsTakenAt,
} from './store.ts';

/** What a request still waits for. */
export interface Judged {
  needs: { need: Need; environment: string | undefined; missing: number }[];
  expired: boolean;
  /** Where nobody else could agree: from when on it goes without. */
  aloneUntil: Date | undefined;
}

/**
 * Whether a change that carries out a request has the approvals that it needs, as rights, protection and freezes are at
 * this moment, inside of the change's own transaction. The directions are those of the change, not of the draft.
 */
export function judgeRequests(clock: { now(): Date }): JudgeApproval {
  return async (tx, { projectId, approved }, steps) => {
    if (approved !== undefined && 'requests' in approved)
      return judgeAboard(tx, projectId, approved.requests(), clock.now());
    const row = await findRequest(tx, projectId, approved?.request ?? '');
    if (!row || row.kind === 'stage') return new Problem('approval_required', 'There is no such request.');
    // Where it alters nothing yet, and lets users get something later, it goes as was approved.
    const directions: Record<string, Direction> = { ...row.directions };
    for (const { environment } of steps) delete directions[environment.key];
    for (const { environment, direction, grace } of steps) if (!grace) directions[environment.key] = direction;
    const ground = await readJudgeGround(tx, projectId, [row]);
    const now = clock.now();
    return refusalOf(judgeRow(ground, row, directions, now), now);
  };
}

/** Whether each of the requests that a train carries out has its approvals: for what it does itself, not for the others. */
async function judgeAboard(tx: Tx, projectId: number, ids: readonly string[], now: Date): Promise<Problem | undefined> {
  const rows = await findRequests(tx, projectId, ids);
  if (rows.length !== ids.length) return new Problem('approval_required', 'A request that is aboard is not there.');
  const ground = await readJudgeGround(tx, projectId, rows);
  for (const row of rows) {
    const refusal = refusalOf(judgeRow(ground, row, row.directions, now), now);
    if (refusal) return new Problem(refusal.code, `“${row.title}”: ${refusal.message}`);
  }
  return undefined;
}

/** What requests are judged by, as it is at one moment. */
export interface JudgeGround {
  environments: readonly EnvironmentRow[];
  freezes: readonly Freeze[];
  /** Of the flags that the requests change, and of those of what is asked for together with them. */
  tags: TagsHolding;
  /** In the order in which they were given; also of what is asked for together with one of these. */
  given: readonly GivenApproval[];
  /** Open ones that are asked for together with others: nobody gives more than one approval of these. */
  together: readonly RequestRow[];
  /** Everybody who could sign in; empty where nobody asks for a second admin. */
  members: readonly { id: string; grants: Grant[] }[];
  /** When rights were last taken from somebody: whoever is alone since then has not waited alone before. */
  takenAt: Date | undefined;
}

/** Reads what these requests of a project are judged by. */
export async function readJudgeGround(
  db: Db | Tx,
  projectId: number,
  rows: readonly RequestRow[],
): Promise<JudgeGround> {
  const together = await findTogether(
    db,
    projectId,
    rows.flatMap(({ needs }) => needs?.together ?? []),
  );
  const judged = [...rows, ...together];
  const since = new Date(Math.min(...judged.map(({ editedAt }) => editedAt.getTime())));
  const freezes = rows.length === 0 ? [] : await readFreezes(db, projectId, since);
  // Most projects have no freeze for some flags alone, and then nobody's tags matter.
  const byTags = freezes.some(({ tags }) => tags !== null);
  const asksAdmins = rows.some(({ kind }) => kind === 'protection');
  return {
    environments: await allEnvironments(db, projectId),
    freezes,
    tags: byTags ? await tagsHolding(db, projectId, judged.flatMap(flagsOf)) : new Map(),
    together,
    given: await givenApprovals(db, [...new Set(judged.map(({ id }) => id))]),
    members: asksAdmins ? await membersNow(db, projectId) : [],
    takenAt: asksAdmins ? await rightsTakenAt(db, projectId, since) : undefined,
  };
}

/** What a request still waits for, where it goes in these directions. */
export function judgeRow(
  ground: JudgeGround,
  row: RequestRow,
  directions: Readonly<Record<string, Direction>>,
  now: Date,
): Judged {
  const { environments, freezes } = ground;
  const needs = needsOfRow(row, environments, directions);
  const given = givenTo(ground, row, now);
  const [need] = needs;
  const alone = row.kind === 'protection' && need !== undefined && isAlone(ground, row, need);
  return {
    needs: needs.map((one) => ({
      need: one,
      environment: environments.find(({ id }) => id === one.environmentId)?.key,
      missing: missingOf(given, row, one),
    })),
    expired: isExpired(row, freezes, now, ground.tags),
    aloneUntil: alone ? new Date(aloneSince(ground, row).getTime() + ALONE_MS) : undefined,
  };
}

type Shared = Pick<JudgeGround, 'given' | 'together' | 'freezes' | 'tags'>;

/** The approvals of a request, but for those of people who are used for what is asked for together with it. */
export function givenTo(ground: Shared, row: RequestRow, now: Date): GivenApproval[] {
  const own = ground.given.filter(({ requestId }) => requestId === row.id);
  const prefix = row.needs?.together;
  if (prefix === undefined) return own;
  const used = shareApprovals(...askedTogether(ground, prefix, now));
  return own.filter(({ personId }) => (used.get(personId) ?? row.id) === row.id);
}

/** Whether somebody who approved of what is asked for together with a request adds nothing by approving of it, too. */
export function isUsedElsewhere(ground: Shared, row: RequestRow, personId: string, now: Date): boolean {
  const prefix = row.needs?.together;
  if (prefix === undefined) return false;
  const [places, given] = askedTogether(ground, prefix, now);
  const used = shareApprovals(places, given);
  const place = used.get(personId);
  if (place === undefined || place === row.id) return false;
  return shareApprovals(places, [...given, { place: row.id, personId }]).size === used.size;
}

/** What has expired is no place any more: whoever approved of it is free to approve of something else. */
function askedTogether(ground: Shared, prefix: string, now: Date): Parameters<typeof shareApprovals> {
  const { given, together, freezes, tags } = ground;
  const asked = together.filter((row) => row.needs?.together === prefix && !isExpired(row, freezes, now, tags));
  const places = asked.map(({ id, needs }) => ({ id, count: needs?.count ?? 0 }));
  const counted = given.filter((one) => {
    const row = asked.find(({ id }) => id === one.requestId);
    return row?.needs != null && whyNotCounted(one, row, row.needs) === undefined;
  });
  return [places, counted.map(({ requestId, personId }) => ({ place: requestId, personId }))];
}

/** The approvals that a request asks for. */
function needsOfRow(
  row: RequestRow,
  environments: readonly EnvironmentRow[],
  directions: Readonly<Record<string, Direction>>,
): Need[] {
  if (row.kind === 'stage') return row.needs === null ? [] : [row.needs];
  if (row.kind === 'protection') {
    const [only] = row.environments;
    return [{ environmentId: row.environments.length === 1 ? only : undefined, roles: ['admin'], count: 1 }];
  }
  const rules = environments.map((environment) => ({ ...environment, rule: approvalsOf(environment) }));
  return needsOf(rules, directions);
}

/** Nobody but its authors could agree. */
function isAlone({ members }: JudgeGround, row: RequestRow, need: Need): boolean {
  return !members.some(({ id, grants }) => !row.authors.includes(id) && mayGive(id, grants, row.projectId, need));
}

/** Since when, at the latest: an admin who takes the other's roles away does not cut the wait short by that. */
function aloneSince({ takenAt }: JudgeGround, { editedAt }: RequestRow): Date {
  return takenAt !== undefined && takenAt > editedAt ? takenAt : editedAt;
}

/** What stands before it; undefined where nothing does. */
export function refusalOf({ needs, expired, aloneUntil }: Judged, now: Date): Problem | undefined {
  if (needs.length === 0) return undefined;
  if (expired) {
    return new Problem('approval_required', 'Its approvals have expired. Rebase it, and ask for them again.');
  }
  const missing = needs.filter((one) => one.missing > 0);
  if (missing.length === 0) return undefined;
  if (aloneUntil !== undefined) {
    if (now >= aloneUntil) return undefined;
    return new Problem(
      'approval_required',
      `There is no second admin who could agree, so it waits until ${aloneUntil.toISOString()}, for everybody to see.`,
    );
  }
  const told = missing.map(({ need, missing: count, environment }) => describeNeed(need, count, environment));
  return new Problem('approval_required', `It needs ${told.join(', and ')}.`);
}
