import { canonicalJson, sha256 } from '../changes/canonical.ts';
import type { Tx } from '../database/connect.ts';
import { askApproval, closeAsk } from '../requests/ask-approval.ts';
import { LASTS_MS } from '../requests/request.ts';
import type { RequestRow } from '../requests/store.ts';
import type { Car } from './departure.ts';
import type { Train } from './train.ts';

/** What an uplift is approved of: the very draft, and the risk that was written down. */
export function upliftHash({ hash }: Pick<RequestRow, 'hash'>, { uplift }: Pick<Car, 'uplift'>): string {
  return sha256(canonicalJson({ draft: hash, risk: uplift?.risk ?? '' }));
}

/** Asks a release manager whether something may still come aboard after the cut-off. */
export async function askUplift(
  tx: Tx,
  { train, number }: { train: Train; number: number },
  car: Car,
  request: RequestRow,
  now: Date,
): Promise<void> {
  const ask = {
    ...{ projectId: car.projectId, environmentId: train.environmentId, subject: `uplift/${car.id}`, flags: car.flags },
    ...{ hash: upliftHash(request, car), roles: ['release-manager' as const], count: 1 },
    ...{ expiresAt: new Date(now.getTime() + LASTS_MS), excluded: [...new Set([...request.authors, ...car.boarders])] },
    title: `Uplift to ${train.key} ${number} in ${train.environment}: ${request.title}`.slice(0, 200),
    ...{ reason: car.uplift?.risk ?? '', actor: car.uplift?.by ?? car.boardedBy },
  };
  await askApproval(tx, ask, now);
}

export async function closeUplift(tx: Tx, car: Car, used: boolean, actor: string, now: Date): Promise<void> {
  if (car.uplift === null) return;
  await closeAsk(tx, { projectId: car.projectId, subject: `uplift/${car.id}`, used, actor }, now);
}
