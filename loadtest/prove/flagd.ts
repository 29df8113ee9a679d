import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { foldFigure, keepEvidence } from './evidence.ts';

const DOCUMENTS = 10_000;
const TEST = 'server/transfer/flagd-differential.test.ts';

/** What the test of the importer counts. */
interface Tally {
  flags: number;
  carried: number;
  compared: number;
  leftOut: Record<string, number>;
  reasons: Record<string, number>;
}

/** Ten thousand random documents of flagd, imported and asked beside flagd's own evaluation in JavaScript. */
export async function proveFlagd(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'turnout-flagd-'));
  try {
    const seed = String(Date.now() % 2 ** 31);
    const file = join(folder, 'tally.json');
    const env = { ...process.env, FLAGD_DOCUMENTS: String(DOCUMENTS), FLAGD_SEED: seed, FLAGD_TALLY: file };
    // It throws where an answer differs, and then there is nothing to keep.
    execFileSync('npx', ['vitest', 'run', '--project', 'server', TEST], { env, stdio: 'inherit' });
    keep(JSON.parse(readFileSync(file, 'utf8')) as Tally, seed);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function keep({ flags, carried, compared, leftOut, reasons }: Tally, seed: string): void {
  const named = Object.values(leftOut).reduce((sum, count) => sum + count, 0);
  const counts = (of: Record<string, number>) => Object.entries(of).map(([name, count]) => `${name}: ${count}`);
  keepEvidence({
    proof: 'flagd',
    method:
      `${DOCUMENTS} random flagd documents (seed ${seed}) with one to three flags, each asked with three to six contexts: ` +
      'value and variant of Turnout after import and of @openfeature/flagd-core are the same, and the reasons go together ' +
      'as listed. Where that port is known to differ from flagd itself, the case is left out by name.',
    figures: [
      foldFigure('flags carried over', '%', [(100 * carried) / flags], { at: 'least', value: 60 }),
      foldFigure('answers compared', '', [compared]),
      foldFigure('answers that differed', '', [0], { at: 'most', value: 0 }),
      foldFigure('answers left out by name', '', [named]),
    ],
    facts: {
      seed,
      documents: DOCUMENTS,
      flags,
      'reasons, flagd → Turnout': counts(reasons).join('; '),
      'left out, by name': counts(leftOut).join('; '),
    },
  });
}
