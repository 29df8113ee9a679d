import type { Asking } from '../access/asking.ts';
import { hasRole } from '../access/permissions.ts';
import { actorOf } from '../access/principal.ts';
import { commitChange } from '../changes/commit-change.ts';
import type { Tx } from '../database/connect.ts';
import { allEnvironments } from '../environments/environment-store.ts';
import { invalid, Problem } from '../platform/problem.ts';
import { planDraft } from '../requests/plan-draft.ts';
import { authorsOf, NO_RULESET, type RequestParts, requireRequest } from '../requests/request-parts.ts';
import type { RequestRow } from '../requests/store.ts';
import { tryDraft } from '../requests/try-draft.ts';
import { makeRequest } from '../requests/write-request.ts';
import { aboardOf } from './aboard-of.ts';
import { askSecond, hashOfChemspill, OWED_MS } from './ask-second.ts';
import { refusedItems } from './boarding-items.ts';
import { flagsOfCar } from './car-forms.ts';
import { insertCar } from './car-store.ts';
import type { ChemspillIn } from './contract.ts';
import { type DepartParts, newId } from './depart-parts.ts';
import type { Car, Departure } from './departure.ts';
import { insertDeparture } from './departure-store.ts';
import { leave } from './leave.ts';
import { type Moved, movedBy, orderOfTrain } from './move-departure.ts';
import { newDeparture } from './next-departure.ts';
import type { Train } from './train.ts';
import { mayRelease } from './train-right.ts';
import { countDeparture, lockTrain } from './train-store.ts';

export interface ChemspillParts extends DepartParts {
  list: RequestParts['list'];
  /** Glass was broken: an event of security, and whoever may approve is told. */
  glassBroken?(actor: string, departure: Departure): void;
}

/**
 * Something leaves now, past the time-table, freezes and a stopped line: by a release manager and a second person, who
 * agrees to exactly what it comes to; or by breaking glass, with a reason. Either way a postmortem is owed.
 */
export async function chemspill(
  parts: ChemspillParts,
  asking: Asking & { reason: string },
  train: Train,
  wanted: Omit<ChemspillIn, 'reason'>,
): Promise<Moved> {
  requireMayRelease(asking, train);
  requireFits(wanted.items ?? [], train);
  const request = await requestOf(parts, asking, train, wanted);
  const by = actorOf(asking.principal);
  const hash = await hashNow(parts, asking, train, request, by);
  const act = { actor: by, reason: asking.reason, requestId: asking.requestId };
  const order = orderOfTrain(train, act, 'train.chemspill');
  const made = await commitChange<Departure>(parts.door, order, async (tx, { now }) => {
    const locked = await lockTrain(tx, train.id);
    if (locked === undefined || locked.archivedAt !== null) throw new Problem('not_found', 'There is no such train.');
    await mayRelease(asking.principal)(tx, locked);
    await requireNotAboard(tx, request);
    const departure = newDeparture(locked, await countDeparture(tx, train.id), now, {
      ...{ kind: 'chemspill', state: 'closed', closedAt: now, leavesAt: now },
      chemspill: {
        ...{ by, reason: asking.reason, breakGlass: wanted.breakGlass, secondBy: [], postmortem: null },
        postmortemDue: new Date(now.getTime() + OWED_MS).toISOString(),
      },
    });
    await insertDeparture(tx, departure);
    const car = carOf(departure, request, { by, boarders: authorsOf(asking.principal), now });
    await insertCar(tx, car);
    await askSecond(tx, { departure, train: locked }, { car, request, hash }, now);
    const { number, kind } = departure;
    return { result: departure, touched: NO_RULESET, before: null, after: { number, kind, title: request.title } };
  });
  if (made.result === undefined)
    throw new Problem('changed_since', 'This chemspill was made already: look at the board.');
  const { departure, change } = await movedBy(parts, made.result, made);
  parts.wake();
  if (!wanted.breakGlass) return { departure, ...(change ? { change } : {}) };
  parts.glassBroken?.(by, departure);
  const { requestId: _same, ...again } = act;
  return leave(parts, departure, { ...again, requireMay: mayRelease(asking.principal) });
}

async function requireNotAboard(tx: Tx, { id }: RequestRow): Promise<void> {
  const where = await aboardOf(tx, id);
  if (where !== undefined) {
    throw new Problem('wrong_state', `It is aboard ${where} already. Withdraw it there first.`);
  }
}

/** Before a request is made of it; asked again under the locks. */
function requireMayRelease({ principal }: Asking, { projectId, environmentId, environment }: Train): void {
  if (principal.kind === 'root' || hasRole(principal, { projectId, environmentId }, ['release-manager'])) return;
  throw new Problem('forbidden', `A chemspill needs the role release-manager in ${environment}.`);
}

/** What reaches further than the environment of the train could not be taken back by it. */
function requireFits(items: readonly { path: string }[], { environment }: Train): void {
  const faults = refusedItems(items, environment);
  if (faults.length > 0) throw invalid(faults);
}

async function requestOf(
  parts: ChemspillParts,
  asking: Asking & { reason: string },
  train: Train,
  { request, title, items }: Omit<ChemspillIn, 'reason'>,
): Promise<RequestRow> {
  const { projectId, key } = train;
  if (request !== undefined) {
    const row = await requireRequest(parts.door.db, projectId, request, asking.principal);
    requireFits(row.items, train);
    if (row.state === 'open' && row.kind === 'change') return row;
    throw new Problem('wrong_state', 'Only an open request for changes can leave.');
  }
  if (items === undefined) throw invalid([{ path: '/items', code: 'required', expected: 'changes, or a request' }]);
  const { reason, requestId: _own, ...who } = asking;
  const wanted = { title: title ?? `Chemspill of ${key}`, reason, items };
  return (await makeRequest(parts, who, projectId, wanted)).result;
}

/** What it comes to when it leaves at once: what a second person agrees to. */
async function hashNow(parts: ChemspillParts, asking: Asking, train: Train, request: RequestRow, by: string) {
  const { door, kinds } = parts;
  const { projectId } = train;
  const environments = await allEnvironments(door.db, projectId);
  const draft = { ...request, by, expedited: true as const };
  const plan = await planDraft(door.db, kinds, { projectId, environments }, draft);
  const { diff } = await tryDraft(door, asking, projectId, { ...plan, reason: request.reason });
  return hashOfChemspill(request, diff);
}

function carOf(
  departure: Departure,
  request: RequestRow,
  { by, boarders, now }: { by: string; boarders: string[]; now: Date },
): Car {
  const flags = Object.values(request.diff).flatMap((diff) => diff.flags.map(({ key }) => key));
  return {
    ...{ id: newId(), departureId: departure.id, projectId: departure.projectId, requestId: request.id },
    ...{ state: 'aboard', because: null, boardedBy: by, boardedAt: now, boarders, uplift: null, movedTo: null },
    ...{ flags: flagsOfCar({ flags }, request), rollouts: [], before: null, departed: null, endedAt: null, version: 1 },
  };
}
