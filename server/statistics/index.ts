/** What the proofs of the load tests ask of this room. */
export { guardBound } from './bounds.ts';
export { type Effect, powerAt, unitsNeeded } from './power.ts';
export { rateEvidence } from './rate-evidence.ts';
