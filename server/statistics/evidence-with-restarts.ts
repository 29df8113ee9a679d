import { logEvidence } from './log-evidence.ts';

/** Units with the event so far: where the tested share counts them, and elsewhere. */
export type Counts = readonly [hits: number, misses: number];

/**
 * The e-process that is opened anew after every so many event-units, so that a guard that was healthy for long does not
 * go deaf: against 5,000 healthy ones a sudden tripling would drown. `restarts` are the counts as they were at each
 * opening after the first, which is at nothing. The openings share one budget, so the bound stays the same:
 * `ln( Σ_j E_j/((j+1)(j+2)) + 1/(J+1) )`, with E_j of what came since opening j, and J openings.
 */
export function evidenceWithRestarts([hits, misses]: Counts, restarts: readonly Counts[], share: number): number {
  const openings = restarts.length + 1;
  const terms = [-Math.log(openings + 1)];
  for (let j = 0; j < openings; j++) {
    const [hitsThen, missesThen] = j === 0 ? [0, 0] : restarts[j - 1]!;
    terms.push(logEvidence(hits - hitsThen, misses - missesThen, share) - Math.log((j + 1) * (j + 2)));
  }
  return logSumExp(terms);
}

/** ln Σ eˣ without leaving what a double can hold. */
function logSumExp(terms: readonly number[]): number {
  let largest = Number.NEGATIVE_INFINITY;
  for (const term of terms) largest = Math.max(largest, term);
  let sum = 0;
  for (const term of terms) sum += Math.exp(term - largest);
  return largest + Math.log(sum);
}
