import type { AccessList } from '../access/access-list.ts';
import type { Principal } from '../access/principal.ts';
import type { Db } from '../database/connect.ts';
import type { RequestSummary } from './contract.ts';
import { anyOf, mayGive, whyNotCounted } from './count-approvals.ts';
import {
  givenTo,
  isUsedElsewhere,
  type Judged,
  type JudgeGround,
  judgeRow,
  readJudgeGround,
  refusalOf,
} from './judge-request.ts';
import { expiryOf } from './request-time.ts';
import { namesOfPeople, type RequestRow } from './store.ts';

/** Who looks, and when. */
export interface Viewer {
  principal: Principal;
  now: Date;
  list: Pick<AccessList, 'nameOf'>;
}

/** Requests of a project as somebody sees them, in their order. */
export async function showRequests(
  db: Db,
  projectId: number,
  rows: readonly RequestRow[],
  viewer: Viewer,
): Promise<RequestSummary[]> {
  if (rows.length === 0) return [];
  const ground = await readJudgeGround(db, projectId, rows);
  const names = await namesOfPeople(db, [...new Set(rows.flatMap(({ authors }) => authors))]);
  return rows.map((row) => showRow(row, ground, names, viewer));
}

function showRow(row: RequestRow, ground: JudgeGround, names: Map<string, string>, viewer: Viewer): RequestSummary {
  const judged = judgeRow(ground, row, row.directions, viewer.now);
  const isOpen = row.state === 'open';
  const whyNot = isOpen ? whyNotApprove(row, ground, judged, viewer) : 'It is closed.';
  const { id, kind, subject, title, reason, directions, createdBy, hash, changeId, version } = row;
  return {
    ...{ id, kind, subject, title, reason, directions, createdBy, hash, version },
    state: isOpen && judged.expired && judged.needs.length > 0 ? 'expired' : row.state,
    environments: ground.environments.filter((one) => row.environments.includes(one.id)).map(({ key }) => key),
    createdByName: viewer.list.nameOf(createdBy) ?? null,
    createdAt: row.createdAt.toISOString(),
    editedAt: row.editedAt.toISOString(),
    expiresAt: expiryOf(row, ground.freezes, viewer.now, ground.tags).toISOString(),
    authors: row.authors.map((author) => ({ id: author, name: names.get(author) ?? author })),
    approvals: showApprovals(row, ground, judged, viewer.now),
    needs: judged.needs.map(({ need: { roles, count }, environment = null, missing }) => ({
      ...{ environment, roles: [...roles], count, missing },
    })),
    waits: isOpen ? (refusalOf(judged, viewer.now)?.message ?? null) : null,
    appliesFrom: judged.aloneUntil?.toISOString() ?? null,
    mayApprove: whyNot === undefined,
    whyNot: whyNot ?? null,
    closed: row.closedAt && { at: row.closedAt.toISOString(), by: row.closedBy ?? '', reason: row.closedReason },
    change: changeId,
  };
}

function showApprovals(
  row: RequestRow,
  ground: JudgeGround,
  { needs }: Judged,
  now: Date,
): RequestSummary['approvals'] {
  const own = givenTo(ground, row, now);
  return ground.given
    .filter(({ requestId }) => requestId === row.id)
    .map((one) => {
      const isSecond = own.includes(one) ? undefined : 'they gave another approval that is asked for together with it';
      const whys = needs.map(({ need }) => isSecond ?? whyNotCounted(one, row, need));
      const counts = whys.includes(undefined);
      return {
        person: { id: one.personId, name: one.name },
        at: one.givenAt.toISOString(),
        counts,
        why: counts ? null : (whys[0] ?? 'nothing needs it'),
      };
    });
}

/** Why somebody may not approve a request; undefined where they may. With `again` also whoever has approved it. */
export function whyNotApprove(
  row: RequestRow,
  ground: JudgeGround,
  { needs, expired }: Judged,
  { principal, now }: Pick<Viewer, 'principal' | 'now'>,
  again = false,
): string | undefined {
  if (principal.kind !== 'person') return 'Only people approve: no token does, and not the root token either.';
  if (row.authors.includes(principal.id)) return 'You wrote it: somebody else must approve it.';
  if (needs.length === 0) return 'It needs no approval.';
  if (expired) return 'It has expired. Somebody must rebase it first.';
  if (
    !again &&
    ground.given.some((one) => one.requestId === row.id && one.personId === principal.id && one.hash === row.hash)
  ) {
    return 'You have approved it.';
  }
  if (!again && isUsedElsewhere(ground, row, principal.id, now)) {
    return 'You have given another approval that is asked for together with it: this one is somebody else’s.';
  }
  const may = needs.some(({ need }) => mayGive(principal.id, principal.grants, row.projectId, need));
  if (may) return undefined;
  const roles = [...new Set(needs.flatMap(({ need }) => need.roles))];
  return `Who approves it is ${anyOf(roles)} where it applies.`;
}
