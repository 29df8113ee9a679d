import { seededDice } from './dice.ts';
import { foldFigure, keepEvidence } from './evidence.ts';
import { type Alarms, NULL_TERMS, runNull } from './null-runs.ts';

const SETS = 5;
const RUNS = 2_000;

/** `prove -- false-alarms`: how often a guard calls out a variant that changes nothing, over a whole run. */
export async function proveFalseAlarms(): Promise<void> {
  const { units, prone, again, otherwise, entries, looks, alpha } = NULL_TERMS;
  const rates = { eachAlone: [] as number[], added: [] as number[], peeked: [] as number[] };
  for (let seed = 1; seed <= SETS; seed++) {
    const counts = countAlarms(seed, RUNS);
    for (const name of ['eachAlone', 'added', 'peeked'] as const) rates[name].push((100 * counts[name]) / RUNS);
    console.log(`seed ${seed}: ${JSON.stringify(counts)} of ${RUNS}`);
  }
  keepEvidence({
    proof: 'false-alarms',
    method:
      `${SETS} seeds of ${RUNS} simulated runs of a variant that changes nothing, judged without a margin: ${entries} ` +
      `entries of 50 %, ${looks} looks each, the same ${units} units in each arm every time. ${100 * prone} % of the ` +
      `units have the event in ${100 * again} % of the entries, the others in ${100 * otherwise} %. A run counts as a ` +
      `false alarm when it is called out at any look of any entry; alpha is ${100 * alpha} % for the whole run.`,
    figures: [
      foldFigure('each entry alone, as guards judge', '%', rates.eachAlone, { at: 'most', value: 100 * alpha }),
      foldFigure('the evidence of all entries added', '%', rates.added),
      foldFigure('a z-test at every look', '%', rates.peeked),
    ],
    facts: { runs: SETS * RUNS, seeds: `1 to ${SETS}` },
  });
}

/** So many runs of one seed. */
export function countAlarms(seed: number, runs: number, terms = NULL_TERMS): Record<keyof Alarms, number> {
  const dice = seededDice(seed);
  const counts = { eachAlone: 0, added: 0, peeked: 0 };
  for (let run = 0; run < runs; run++) {
    const alarms = runNull(dice, terms);
    for (const name of ['eachAlone', 'added', 'peeked'] as const) counts[name] += Number(alarms[name]);
  }
  return counts;
}
