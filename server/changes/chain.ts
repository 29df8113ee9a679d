import { canonicalJson, sha256 } from './canonical.ts';

/** All columns of a change but its id: what its hash covers. */
export interface ChainedColumns {
  projectId: number;
  seq: number;
  at: Date;
  actor: string;
  action: string;
  subject: string;
  requestId: string | null;
  killId: string | null;
  payloadHash: string;
  prevHash: string;
}

/** SHA-256(previous hash ‖ canonical(columns)). */
export function chainHash(columns: ChainedColumns): string {
  return sha256(columns.prevHash, canonicalJson({ ...columns, at: columns.at.toISOString() }));
}
