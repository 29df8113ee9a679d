import { compile, type Evaluation, type Ruleset } from '@turnout/core';
import { runConformance } from '@turnout/core/conformance';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ask, serve, TestNode } from './ofrep.fixture.ts';

let node: TestNode;
let server: Record<string, string>;

beforeAll(async () => {
  node = new TestNode(serve([]));
  await node.listen();
  server = { Authorization: `Bearer ${node.key('server')}` };
});
afterAll(() => node.close());

let revision = 1;

/** Puts a ruleset into the node, as a newer one of its environment. */
function publish(ruleset: Ruleset): void {
  revision += 1;
  node.publish({ ...serve([], revision), base: ruleset, compiled: compile(ruleset) });
}

/** What OFREP makes of an evaluation: fewer fields, and no reason DISABLED beside a value. */
function ofrepOf({ key, value, variant, reason, errorCode, metadata }: Evaluation): Record<string, unknown> {
  const noted = Object.keys(metadata).length === 0 ? {} : { metadata };
  if (errorCode !== undefined) return { key, errorCode, ...noted };
  if (value === undefined) return { key, reason: reason === 'DISABLED' ? reason : 'DEFAULT', ...noted };
  return { key, value, variant, reason: reason === 'DISABLED' ? 'DEFAULT' : reason, ...noted };
}

/** What cannot differ from vector to vector is looked at elsewhere. */
function withoutDetails(answer: unknown): Record<string, unknown> {
  const { errorDetails: _, ...rest } = answer as Record<string, unknown>;
  return rest;
}

describe('Every conformance vector', () => {
  test('is answered when one flag is asked for', async () => {
    const { asked, mismatches } = await runConformance<Record<string, unknown>>({
      says: ofrepOf,
      load(ruleset) {
        publish(ruleset);
        return async (flag, context) => {
          const { json } = await ask(node, encodeURIComponent(flag), { context }, server);
          return withoutDetails(json);
        };
      },
    });
    expect(mismatches).toEqual([]);
    expect(asked).toBeGreaterThan(1000);
  });

  test('is answered among all flags', async () => {
    const answers = new Map<string, Map<unknown, unknown>>();
    const { asked, mismatches } = await runConformance<unknown>({
      says: (expected) => (expected.errorCode === 'FLAG_NOT_FOUND' ? undefined : ofrepOf(expected)),
      load(ruleset) {
        publish(ruleset);
        answers.clear();
        return async (flag, context) => {
          const asked = JSON.stringify(context);
          if (!answers.has(asked)) {
            const { json } = await ask(node, undefined, { context }, server);
            const { flags } = json as { flags: { key: string }[] };
            answers.set(asked, new Map(flags.map((item) => [item.key, item])));
          }
          return withoutDetails(answers.get(asked)!.get(flag));
        };
      },
    });
    expect(mismatches).toEqual([]);
    expect(asked).toBeGreaterThan(1000);
  });
});
