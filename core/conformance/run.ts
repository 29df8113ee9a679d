import type { Context, Evaluation } from '../model/evaluation.ts';
import type { Ruleset } from '../model/ruleset.ts';
import { isSameJson } from '../sync/same-json.ts';
import type { ConformanceCase, ConformanceSuite } from './suite.ts';
import { conformanceSuites } from './vectors.ts';

export type { ConformanceCase, ConformanceSuite } from './suite.ts';
export { conformanceSuites, type PatchVector, patchVectors } from './vectors.ts';

/** Answers one question about the ruleset that it was made with. */
export type Answer<T> = (flag: string, context: Context) => T | Promise<T>;

/** Who is put to the test. */
export interface Subject<T> {
  /** Takes a ruleset and gives what answers questions about it. Called once for each suite. */
  load(ruleset: Ruleset): Answer<T> | Promise<Answer<T>>;
  /**
   * What this subject is to say where `evaluate` says `expected`: an SDK puts the coded default into an error, OFREP has
   * no reason DISABLED beside a value. Undefined leaves the case out.
   */
  says(expected: Evaluation, asked: ConformanceCase): T | undefined;
}

/** A case in which a subject did not say what it is to say. */
export interface Mismatch {
  suite: string;
  title: string;
  expected: unknown;
  got: unknown;
}

export interface ConformanceResult {
  /** How many cases were asked: a test should look that it is not 0. */
  asked: number;
  mismatches: Mismatch[];
}

async function runSuite<T>(
  { name, ruleset, cases }: ConformanceSuite,
  subject: Subject<T>,
): Promise<ConformanceResult> {
  const answer = await subject.load(ruleset);
  const result: ConformanceResult = { asked: 0, mismatches: [] };
  for (const one of cases) {
    const expected = subject.says(one.expected, one);
    if (expected === undefined) continue;
    result.asked += 1;
    const got = await answer(one.flag, one.context);
    if (!isSameJson(got, expected)) result.mismatches.push({ suite: name, title: one.title, expected, got });
  }
  return result;
}

/** Asks a subject all questions of all suites and says where it is wrong. Throws only what the subject throws. */
export async function runConformance<T>(subject: Subject<T>): Promise<ConformanceResult> {
  const results: ConformanceResult[] = [];
  for (const suite of conformanceSuites()) results.push(await runSuite(suite, subject));
  return {
    asked: results.reduce((sum, { asked }) => sum + asked, 0),
    mismatches: results.flatMap(({ mismatches }) => mismatches),
  };
}
