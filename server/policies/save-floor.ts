import type { JsonValue } from '@turnout/core';
import { type Asking, orderOf } from '../access/asking.ts';
import { canonicalJson } from '../changes/canonical.ts';
import { commitChange } from '../changes/commit-change.ts';
import type { Work } from '../changes/door.ts';
import type { Db, Tx } from '../database/connect.ts';
import { requireSecondAdmin } from '../environments/second-admin.ts';
import { type Done, withResult } from '../platform/committed.ts';
import { type FieldFault, invalid, Problem } from '../platform/problem.ts';
import { requireExpected } from '../platform/version.ts';
import { checkFloor } from './check-floor.ts';
import { type FloorDocument, parseFloor } from './document-contract.ts';
import { type Floor, floorFaults, isLowering } from './floor.ts';
import { type FloorRow, findFloor, writeFloor } from './floor-store.ts';
import { readGroundEnvironments } from './ground-store.ts';
import { NO_RULESET, type PolicyParts } from './policy-parts.ts';
import { newestPolicies } from './policy-store.ts';
import { readGround } from './read-ground.ts';
import { readWritten, type Written } from './written-policy.ts';
import { writeYaml } from './yaml-document.ts';

const NO_FLOOR: Floor = { guards: [], gates: [], approvals: [] };
const NO_FLOOR_DOCUMENT: FloorDocument = { guards: [], gates: [], approvals: [] };

/** What a project asks of its policies, with those that ask for less because they were saved before. */
export interface ShownFloor {
  floor: FloorDocument;
  yaml: string;
  version: number;
  below: { policy: string; faults: FieldFault[] }[];
}

export async function showFloor(db: Db | Tx, projectId: number): Promise<ShownFloor> {
  const row = await findFloor(db, projectId);
  if (row === undefined) return { floor: NO_FLOOR_DOCUMENT, yaml: '', version: 0, below: [] };
  const environments = await readGroundEnvironments(db, projectId);
  const below = (await newestPolicies(db, projectId)).flatMap((policy) => {
    const faults = floorFaults(policy, row.floor, { environments });
    return faults.length === 0 ? [] : [{ policy: policy.key, faults }];
  });
  return { floor: row.document, yaml: writeYaml(row.document), version: row.version, below };
}

/** Saves what a project asks of its policies. To ask for less takes a second admin. */
export async function saveFloor(
  parts: PolicyParts,
  asking: Asking,
  projectId: number,
  written: Written,
): Promise<Done<FloorRow | undefined>> {
  const order = { ...orderOf(asking), projectId, environmentIds: [], access: true as const };
  const committed = await commitChange(
    parts.door,
    { ...order, action: 'policy-floor.save', subject: 'policy-floor/all' },
    saveFloorWork(parts, projectId, written, asking),
  );
  return withResult(committed, () => findFloor(parts.door.db, projectId));
}

/** The same inside of a change that a second admin may have agreed to. */
export function saveFloorWork(
  { readers }: PolicyParts,
  projectId: number,
  written: Written,
  asking: Pick<Asking, 'principal' | 'reason' | 'expected'> & { approved?: true },
): Work<FloorRow | undefined> {
  return async (tx) => {
    const before = await findFloor(tx, projectId);
    if (asking.expected !== undefined && before === undefined) {
      throw new Problem('not_found', 'There is no floor yet. To make one, send If-Match: *.');
    }
    requireExpected(asking.expected, before?.version ?? 0, before?.document ?? null);
    const text = readWritten(written);
    if (text.fault !== undefined) throw invalid([text.fault]);
    const { document, faults: shape } = parseFloor(text.document);
    if (document === undefined) throw invalid(shape.map(text.place));
    const { floor, faults } = checkFloor(document, await readGround(readers, tx, projectId, undefined));
    if (faults.length > 0) throw invalid(faults.map(text.place));
    if (before && canonicalJson(logFloor(before.document)) === canonicalJson(logFloor(document))) {
      return { result: before, touched: NO_RULESET, unchanged: true };
    }
    if (isLowering(before?.floor ?? NO_FLOOR, floor)) {
      requireSecondAdmin('Asking less of every policy', asking, asking.approved === true);
    }
    const row = await writeFloor(tx, projectId, { document, floor }, (before?.version ?? 0) + 1);
    return {
      result: row,
      touched: NO_RULESET,
      before: before ? logFloor(before.document) : null,
      after: logFloor(row.document),
    };
  };
}

/** The floor as it came: as data, or as the text of a file. */
export function writtenFloor({ floor, yaml }: { floor?: unknown; yaml?: string | undefined }): Written {
  if (yaml !== undefined && floor === undefined) return { yaml };
  if (floor !== undefined && yaml === undefined) return { document: floor };
  throw invalid([{ path: '/', code: 'one_of', expected: 'either floor or yaml' }]);
}

function logFloor(document: FloorDocument): { floor: JsonValue } {
  return { floor: JSON.parse(JSON.stringify(document)) as JsonValue };
}
