import type { Asking } from '../access/asking.ts';
import { invalid, Problem } from '../platform/problem.ts';

/**
 * What takes away protection is done by no admin alone: by a request that a second one approves, or with the root token
 * and a reason. `what` begins a sentence: `Lowering the protection of production`.
 */
export function requireSecondAdmin(
  what: string,
  { principal, reason }: Pick<Asking, 'principal' | 'reason'>,
  approved: boolean,
): void {
  if (approved) return;
  if (principal.kind !== 'root') {
    throw new Problem(
      'approval_required',
      `${what} needs a second admin: ask for it on the screen, or with POST /api/v1/projects/{project}/requests. The root ` +
        'token may do it alone.',
    );
  }
  if (!reason?.trim()) {
    throw invalid([{ path: '/reason', code: 'required', expected: `a reason. ${what} is not done without one` }]);
  }
}
