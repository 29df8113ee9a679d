import type { FieldFault } from '../platform/problem.ts';
import { checkGates, checkReversal } from './check-gates.ts';
import { checkGuards, tooManyTested } from './check-guards.ts';
import { checkPath, checkProtectedTerms } from './check-path.ts';
import { checkUnits } from './check-units.ts';
import { type PolicyDocument, parsePolicy } from './document-contract.ts';
import { floorFaults } from './floor.ts';
import type { PolicyGround, Remark } from './ground.ts';
import type { Policy } from './policy.ts';
import { readDocument } from './read-document.ts';
import { remarkOn } from './remark-on.ts';

/** What came of reading a document: a policy that may be saved, or every fault. Remarks come with both. */
export type ReadPolicy =
  | { policy: Policy; document: PolicyDocument; remarks: Remark[]; faults?: never }
  | { policy?: never; document?: PolicyDocument; remarks: Remark[]; faults: FieldFault[] };

/**
 * Reads what was written as a policy, whole: every fault is told with its JSON pointer, not the first alone. What is
 * not sound in its shape is not held against the project. `tooFewAccepted`: somebody said, with a reason, that fewer
 * units than `mustSee` needs are enough.
 */
export function readPolicy(written: unknown, ground: PolicyGround, tooFewAccepted = false): ReadPolicy {
  const { document, faults: shape } = parsePolicy(written);
  if (document === undefined) return { faults: shape, remarks: [] };
  const policy = readDocument(document, ground.metrics);
  const isCountable = tooManyTested(document.guards).length === 0;
  const units = isCountable ? checkUnits(policy, ground, tooFewAccepted) : { faults: [], remarks: [] };
  const faults = [
    ...checkPath(document, ground),
    ...checkProtectedTerms(document, ground),
    ...checkGuards(document, ground),
    ...checkGates(document, ground),
    ...checkReversal(document),
    ...units.faults,
    ...(ground.floor === null ? [] : floorFaults(policy, ground.floor, ground)),
  ];
  const remarks = [...units.remarks, ...remarkOn(document, ground)];
  return faults.length > 0 ? { document, faults, remarks } : { policy, document, remarks };
}
