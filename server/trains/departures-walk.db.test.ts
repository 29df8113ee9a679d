import type { Flag, Ruleset } from '@turnout/core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ROOT } from '../access/principal.ts';
import { canonicalJson } from '../changes/canonical.ts';
import { throwDice } from '../decisions/dice.fixture.ts';
import { servedFlag } from '../flags/configuration.ts';
import type { Then } from '../releases/plan-rollback.ts';
import { readThen } from '../releases/read-rollback-ground.ts';
import { findRelease } from '../releases/release-store.ts';
import { drawStep, FLAGS, type Reached, reachedBy, Walk, type What } from './walk.fixture.ts';

/** More of them: WALKS=500. The same again: WALK_SEED. */
const { WALKS = '6', WALK_SEED = String(Date.now() % 2 ** 31) } = process.env;
const LONG = 8;

let walk: Walk;
beforeAll(async () => {
  walk = await Walk.open();
});
afterAll(() => walk?.world.database.close());

/** Nobody had to approve of these, and they are none of what may give users something back. */
const UNGATED: readonly What[] = ['off', 'kill', 'shed', 'back'];
/** After these a rollback leaves the flag alone. */
const TAKES: readonly What[] = ['off', 'kill', 'shed', 'fail', 'recall', 'back', 'known-good'];

/** Flags that users get by whom they did not get it before. */
function grown(before: Reached, after: Reached): string[] {
  return FLAGS.filter((flag) => [...(after.get(flag) ?? [])].some((user) => !before.get(flag)?.has(user)));
}

/** Those, and all that wait for one of them. */
function withUsers(flags: ReadonlySet<string>, ...rulesets: Ruleset[]): Set<string> {
  const all = new Set(flags);
  for (const key of FLAGS) {
    const needs = rulesets.flatMap((one) => one.flags[key]?.prerequisites ?? []);
    if (needs.some(({ flag }) => all.has(flag))) all.add(key);
  }
  return all;
}

const plain = ({ run: _run, killed: _killed, ...flag }: Flag) => canonicalJson(flag as never);

/** What a release has of a flag, as it would be served. */
function formIn(then: Then, key: string): string | undefined {
  const was = then.flags.get(key);
  return (
    was && plain(servedFlag({ key, ...was.form.content }, { ...was.form.configuration, killed: false, run: null }))
  );
}

it(`nothing ungated grows, and going back leads to what was, but for what was taken since (seed ${WALK_SEED})`, async () => {
  const dice = throwDice(Number(WALK_SEED));
  const done = new Map<What, number>();
  let [went, kept] = [0, 0];
  for (let number = 0; number < Number(WALKS); number++) {
    const tag = `walk-${number}`;
    let then: Then | undefined;
    const said: string[] = [];
    const taken = new Set<What>();
    for (let at = 0; at < LONG; at++) {
      const step = drawStep(dice);
      const [live, before] = [await walk.live(), await walk.ruleset()];
      const isDone = await walk.take(step);
      said.push(`${step.what} ${step.flag}${isDone ? '' : ' (refused)'}`);
      if (isDone) done.set(step.what, (done.get(step.what) ?? 0) + 1);
      const after = await walk.ruleset();
      if (then !== undefined && isDone) taken.add(step.what);
      // A run that ends at its anchor goes its own way back, and takes along what waits for it.
      const own = step.what === 'back' ? withUsers(live, before, after) : new Set<string>();
      const grew = grown(reachedBy(before), reachedBy(after)).filter((flag) => !own.has(flag));
      if (UNGATED.includes(step.what)) expect({ number, said, grew }).toEqual({ number, said, grew: [] });
      if (at === 2) {
        await walk.release(tag);
        then = await readRelease(tag);
      }
    }
    if (then === undefined) throw new Error('a walk is longer than this');
    const before = await walk.ruleset();
    const { rolled, applied } = await walk.goBack(ROOT, { release: tag });
    expect({ number, said, applied }).toEqual({ number, said, applied: 'all' });
    const after = await walk.ruleset();
    expect({ number, said, live: [...(await walk.live())].filter((flag) => wasWritten(rolled.plan, flag)) }).toEqual({
      ...{ number, said, live: [] },
    });
    for (const key of FLAGS) {
      const plan = rolled.plan.flags.get(key);
      const [was, is] = [before.flags[key], after.flags[key]];
      if (was === undefined || is === undefined) throw new Error('no flag is ever gone');
      if (plan?.effect === 'kept') {
        kept += 1;
        expect({ number, said, key, same: canonicalJson(is as never) }).toEqual({
          ...{ number, said, key, same: canonicalJson(was as never) },
        });
        // Somebody had to take it: that it just does not fit would be no reason here.
        expect({ number, said, key, because: plan.because, by: TAKES.some((what) => taken.has(what)) }).toMatchObject({
          ...{ by: true, because: expect.stringMatching(/since/) },
        });
        continue;
      }
      if (plan?.effect === 'changed') went += 1;
      if (plan?.effect === 'changed' && plan.because !== null) expect(is.state).toBe('off');
      else expect({ number, said, key, is: plain(is) }).toEqual({ number, said, key, is: formIn(then, key) });
    }
  }
  // Nothing is proven by steps that are all refused; in a few walks that may be by chance.
  if (Number(WALKS) >= 50) expect(went + kept).toBeGreaterThan(Number(WALKS) / 2);
  if (process.env.WALKS !== undefined)
    process.stdout.write(`${went} went back, ${kept} kept, ${JSON.stringify([...done])}\n`);
}, 3_600_000);

const wasWritten = (plan: { flags: ReadonlyMap<string, { effect: string }> }, flag: string) =>
  plan.flags.get(flag)?.effect === 'changed';

async function readRelease(tag: string): Promise<Then> {
  const { database, environmentIds } = walk.world;
  const release = await findRelease(database.db, environmentIds[1] ?? 0, tag);
  if (release === undefined) throw new Error(`there is no release ${tag}`);
  return database.db.transaction((tx) => readThen(tx, release));
}
