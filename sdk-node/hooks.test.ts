import type { Evaluation } from '@turnout/core';
import { describe, expect, it } from 'vitest';
import { evaluateHooked, type Hook } from './hooks.ts';
import { recordLines } from './lines.fixture.ts';
import { Notes } from './logger.ts';

const asked = { key: 'f', coded: false, context: { targetingKey: 'u' } };
const good: Evaluation = { key: 'f', value: true, reason: 'STATIC', metadata: {} };
const bad: Evaluation = { key: 'f', value: false, reason: 'ERROR', errorCode: 'FLAG_NOT_FOUND', metadata: {} };

function run(hooks: Hook[], answer = good) {
  const { logger, lines } = recordLines();
  const seen: unknown[] = [];
  const given = evaluateHooked(hooks, new Notes(logger), asked, (context) => {
    seen.push(context);
    return answer;
  });
  return { given, context: seen[0], asked: seen.length, lines };
}

function telling(name: string, said: string[]): Hook {
  return {
    before: () => {
      said.push(`${name} before`);
      return undefined;
    },
    after: () => void said.push(`${name} after`),
    error: () => void said.push(`${name} error`),
    finally: () => void said.push(`${name} finally`),
  };
}

describe('hooks', () => {
  it('are called forwards before, and backwards after an evaluation', () => {
    const said: string[] = [];
    expect(run([telling('1', said), telling('2', said)]).given).toBe(good);
    expect(said).toEqual(['1 before', '2 before', '2 after', '1 after', '2 finally', '1 finally']);
  });

  it('hear of an error instead', () => {
    const said: string[] = [];
    expect(run([telling('1', said)], bad).given).toBe(bad);
    expect(said).toEqual(['1 before', '1 error', '1 finally']);
  });

  it('lay more over the context, each seeing what the one before it gave', () => {
    const contexts: unknown[] = [];
    const more: Hook[] = [
      { before: () => ({ plan: 'pro' }) },
      { before: ({ context }) => ({ both: `${context.targetingKey} ${context.plan}` }) },
      { finally: ({ context }) => void contexts.push(context) },
    ];
    expect(run(more).context).toEqual({ targetingKey: 'u', plan: 'pro', both: 'u pro' });
    expect(contexts).toEqual([{ targetingKey: 'u', plan: 'pro', both: 'u pro' }]);
  });

  it('that throw, at once or later, are skipped and said once', async () => {
    const fail = () => {
      throw new Error('a broken hook');
    };
    const late = { before: async () => fail() };
    const said: string[] = [];
    const broken: Hook = { before: fail, after: fail, error: fail, finally: fail };
    const { given, asked, lines } = run([broken, late as object, telling('good', said), broken]);
    expect(given).toBe(good);
    expect(asked).toBe(1);
    expect(said).toEqual(['good before', 'good after', 'good finally']);
    await new Promise(setImmediate);
    expect(lines).toHaveLength(3);
    expect(lines[0]).toMatch(/^warn turnout: a hook's `before` threw and was skipped: a broken hook/);
  });

  it('keep their own `this`', () => {
    class Counting implements Hook {
      count = 0;
      before() {
        this.count++;
        return undefined;
      }
      finally() {
        this.count++;
      }
    }
    const hook = new Counting();
    run([hook]);
    expect(hook.count).toBe(2);
  });
});
