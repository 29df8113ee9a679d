import { hasRole } from '../access/permissions.ts';
import type { Role } from '../access/principal.ts';
import { readWhoNow } from '../access/principal-store.ts';
import type { Combined } from '../changes/combine-works.ts';
import { direction } from '../changes/direction.ts';
import type { ChangeOrder, EnvironmentStep, Ground } from '../changes/door.ts';
import type { Tx } from '../database/connect.ts';
import { allEnvironments } from '../environments/environment-store.ts';
import { openIncidentFor } from '../incidents/calm.ts';
import { Problem } from '../platform/problem.ts';
import { sameDiff } from '../requests/draft-diff.ts';
import { judgeRow, readJudgeGround, refusalOf } from '../requests/judge-request.ts';
import { type PlannedDraft, planDraft } from '../requests/plan-draft.ts';
import type { EnvironmentDiff } from '../requests/request.ts';
import { findRequest, type RequestRow } from '../requests/store.ts';
import { carryOut, outcomeOf } from '../requests/try-draft.ts';
import { lockLiveRuns } from '../rollouts/run-store.ts';
import { refusedItems } from './boarding-items.ts';
import { flagsOfCar, readCarForms, segmentsOfCar } from './car-forms.ts';
import { readReadiness } from './car-readiness.ts';
import type { DepartParts } from './depart-parts.ts';
import type { Car, Forms } from './departure.ts';
import { StaysBehind } from './stays-behind.ts';
import type { Train } from './train.ts';

/** What leaves, and how. */
export interface Leaving {
  train: Train;
  order: ChangeOrder;
  /** It leaves now: what was looked at was approved as a whole, and incidents are what it leaves for. */
  isChemspill: boolean;
}

/** A car that goes: what it does, and what it found and left. */
export interface Carried {
  car: Car;
  request: RequestRow;
  plan: PlannedDraft;
  combined: Combined;
  before: Forms;
  departed: Forms;
  /** Those that it started: before it no flag of it was rolled out. */
  rollouts: string[];
  /** What it comes to on this ground. */
  diff: Record<string, EnvironmentDiff>;
}

const MAY_GROW: readonly Role[] = ['editor', 'release-manager', 'admin'];
const MAY_RELEASE: readonly Role[] = ['release-manager'];

/**
 * Carries one car out on the ground that those before it have left, and asks everything of it that the door asks of a
 * change. Throws `StaysBehind`; then whatever it wrote has to be taken back.
 */
export async function carryCar(
  parts: DepartParts,
  [tx, ground]: [Tx, Ground],
  leaving: Leaving,
  car: Car,
): Promise<Carried> {
  const { train, isChemspill } = leaving;
  const request = await requireAsked(tx, car);
  if (!isChemspill) await requireReady(tx, car, ground.now);
  requireStillFits(request, train);
  await requireBoarder(tx, train, car, isChemspill ? MAY_RELEASE : MAY_GROW);
  const flags = flagsOfCar(car, request);
  if (!isChemspill) await requireCalm(tx, train, flags);
  await requireNoRuns(tx, train, flags);
  const environments = await allEnvironments(tx, train.projectId);
  const draft = { ...request, by: car.boardedBy, ...(isChemspill ? { expedited: true as const } : {}) };
  const plan = await planDraft(tx, parts.kinds, { projectId: train.projectId, environments }, draft);
  const place = { projectId: train.projectId, environmentId: train.environmentId };
  const keys = { flags, segments: segmentsOfCar(request) };
  const before = await readCarForms(tx, place, keys);
  const combined = await carryOut(parts.door, plan, [tx, ground]);
  if (combined.written.unchanged) throw new StaysBehind('Everything is so already. Withdraw it.', false);
  const outcome = outcomeOf(plan.items, ground, combined);
  if (!isChemspill && !sameDiff(outcome.diff, request.diff)) throw movedOn('It would come to something else by now.');
  if (!isChemspill) await requireApproved(tx, request, outcome.directions, ground.now);
  await askDoor(parts, tx, { leaving, request, ground, combined });
  const departed = await readCarForms(tx, place, keys);
  const rollouts = (await lockLiveRuns(tx, train.environmentId, flags)).map(({ run }) => run.rollout);
  return { car, request, plan, combined, before, departed, rollouts, diff: outcome.diff };
}

/** What went wrong with a car, as a reason to leave it behind; undefined for what is wrong with everything. */
export function whyBehind(error: unknown): StaysBehind | undefined {
  if (error instanceof StaysBehind) return error;
  if (!(error instanceof Problem) || error.status >= 500 || error.code === 'lease_lost') return undefined;
  if (error.code === 'stale_version' || error.code === 'changed_since') return movedOn(error.message);
  const faults = error.extra.errors?.map(({ path, expected }) => `${path} must be ${expected}`).join('; ');
  const said = faults === undefined ? error.message : `${error.message} ${faults}.`;
  return new StaysBehind(said, WAITS.has(error.code));
}

const WAITS: ReadonlySet<string> = new Set(['frozen', 'approval_required', 'rollout_live']);

function movedOn(because: string): StaysBehind {
  return new StaysBehind(`${because} Rebase its request, have it approved as it then is, and board it again.`, false);
}

async function requireAsked(tx: Tx, { projectId, requestId }: Car): Promise<RequestRow> {
  const request = await findRequest(tx, projectId, requestId);
  if (request === undefined) throw new StaysBehind('Its request is not there any more.', false);
  if (request.state !== 'open') throw new StaysBehind(`Its request was ${request.state}.`, false);
  return request;
}

/** Its approvals, and where it came late its uplift. */
async function requireReady(tx: Tx, car: Car, now: Date): Promise<void> {
  const found = (await readReadiness(tx, car.projectId, [car], now)).get(car.id);
  if (found?.ready === true) return;
  const [because = 'It is not ready.'] = found?.missing ?? [];
  throw found?.lapsed ? new StaysBehind(`${because} Then board it again.`, false) : new StaysBehind(because, true);
}

/** A request can be edited while it is aboard: what could not have come aboard does not leave either. */
function requireStillFits({ items }: RequestRow, { environment }: Train): void {
  const [fault] = refusedItems(items, environment);
  if (fault)
    throw new StaysBehind(`It was edited since it came aboard: ${fault.path} must be ${fault.expected}.`, false);
}

/** Whoever put it aboard may do so still. */
async function requireBoarder(
  tx: Tx,
  { projectId, environmentId, environment }: Train,
  car: Car,
  roles: readonly Role[],
): Promise<void> {
  const who = await readWhoNow(tx, car.boardedBy);
  if (who?.kind === 'root') return;
  if (who !== undefined && hasRole(who, { projectId, environmentId }, roles)) return;
  const whoever = who?.kind === 'person' ? who.name : 'Whoever boarded it';
  throw new StaysBehind(
    `${whoever} may not change ${environment} any more. Somebody who may has to board it again.`,
    false,
  );
}

async function requireCalm(tx: Tx, { environmentId }: Train, flags: readonly string[]): Promise<void> {
  for (const flag of flags) {
    const incident = await openIncidentFor(tx, environmentId, flag);
    if (incident) throw new StaysBehind(`The incident “${incident.title}” is open over ${flag}.`, true);
  }
}

async function requireNoRuns(tx: Tx, { environmentId, environment }: Train, flags: readonly string[]): Promise<void> {
  const [live] = await lockLiveRuns(tx, environmentId, flags);
  if (live === undefined) return;
  throw new StaysBehind(`The rollout ${live.run.rollout} of ${live.flag} is live in ${environment}.`, true);
}

async function requireApproved(tx: Tx, row: RequestRow, directions: RequestRow['directions'], now: Date) {
  const ground = await readJudgeGround(tx, row.projectId, [row]);
  const refusal = refusalOf(judgeRow(ground, row, directions, now), now);
  if (refusal) throw refusal;
}

/** What the door would refuse of this car is said of it, and keeps nobody else from leaving. */
async function askDoor(
  { door }: DepartParts,
  tx: Tx,
  { leaving, request, ground, combined }: { leaving: Leaving; request: RequestRow; ground: Ground; combined: Combined },
): Promise<void> {
  const requests = () => (leaving.isChemspill ? [] : [request.id]);
  const steps: EnvironmentStep[] = [];
  for (const [id, environment] of ground.environments) {
    const [before, after] = [ground.before.get(id), combined.after.get(id)];
    if (before && after) steps.push({ environment, before, after, direction: direction(before, after) });
  }
  for (const check of door.checks) {
    const refusal = await check(tx, { ...leaving.order, approved: { requests } }, steps);
    if (refusal) throw refusal;
  }
}
