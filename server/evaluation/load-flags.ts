import type { HeldRulesets, Served } from '../delivery/served.ts';
import { Problem } from '../platform/problem.ts';

/** The flags of an environment that is not in memory yet. Throws 503 where they cannot be had; `onError` is told why. */
export async function loadFlags(
  flags: Pick<HeldRulesets, 'load'>,
  environmentId: number,
  onError?: (error: unknown) => void,
): Promise<Served> {
  try {
    return await flags.load(environmentId);
  } catch (error) {
    onError?.(error);
    const detail = 'The flags of this environment cannot be served now; ask again.';
    throw new Problem('unavailable', detail, { retryAfterSeconds: 2 });
  }
}
