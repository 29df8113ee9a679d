import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { HOUSE } from '../prove/child.ts';
import type { Scenario } from './read-plan.ts';

/** Whom k6 asks, and what it may know of them. */
export interface Asked {
  url: string;
  key: string;
  token?: string;
  /** The environment's path in the admin API. */
  environment?: string;
  flagKeys?: string[];
  isLarge?: boolean;
}

/** k6 ends so where a threshold was crossed: it measured, and the report says what. */
const THRESHOLD_CROSSED = 99;

/** Runs one scenario in k6, bounded in time; answers the summary that k6 left. */
export async function runScenario(
  program: string,
  scenario: Scenario,
  asked: Asked,
  seconds: number,
  folder: string,
): Promise<unknown> {
  const summary = join(folder, 'summary.json');
  const env = {
    ...process.env,
    K6_NO_USAGE_REPORT: 'true',
    TARGET: asked.url,
    KEY: asked.key,
    TOKEN: asked.token ?? '',
    ENVIRONMENT: asked.environment ?? '',
    FLAG_KEYS: asked.flagKeys?.join(',') ?? '',
    LARGE: asked.isLarge === true ? 'yes' : 'no',
    SECONDS: String(seconds),
    SUMMARY: summary,
  };
  const script = join(HOUSE, 'loadtest', 'k6', `${scenario}.ts`);
  const code = await runK6(program, ['run', '--quiet', '--log-output=stderr', '--address=', script], env, seconds);
  if (code !== 0 && code !== THRESHOLD_CROSSED) throw new Error(`k6 ended with code ${code} in ${scenario}`);
  return JSON.parse(readFileSync(summary, 'utf8'));
}

/** The keys go by environment variables: arguments are seen by everybody on the machine. */
function runK6(program: string, args: string[], env: NodeJS.ProcessEnv, seconds: number): Promise<number | null> {
  return new Promise((resolve, reject) => {
    const timeout = (2 * seconds + 60) * 1_000;
    const child = spawn(program, args, { env, stdio: ['ignore', 'ignore', 'inherit'], timeout });
    child.on('error', reject);
    child.on('exit', (code) => resolve(code));
  });
}
