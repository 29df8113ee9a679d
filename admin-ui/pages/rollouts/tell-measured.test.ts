import { expect, it } from 'vitest';
import { tellMeasured } from './tell-measured.ts';

const exposed = { treatment: 1_200, control: 1_190, to: 1_200 };
const run = { exposed, minUnits: 4_000, full: false, ratioOverridden: false };

it('says how many got it, and how many each arm needs', () => {
  expect(tellMeasured(run, 'on')).toEqual({
    ...{
      given: '1,200 units were given on in this entry; each arm needs 4,000. A unit counts once, whichever app saw it.',
    },
    doubts: [],
  });
  const one = tellMeasured({ ...run, exposed: { ...exposed, to: 1 }, minUnits: null }, 'on');
  expect(one.given).toMatch(/^1 unit was given on in this entry\. A unit/);
});

it('says what of the numbers is not to be gone by: that too much came in first, and what to do about it', () => {
  const { doubts } = tellMeasured({ ...run, full: true, ratioOverridden: true }, 'on');
  expect(doubts.map(({ tag }) => tag)).toEqual(['full', 'not compared']);
  expect(doubts[0]?.says).toMatch(/^More came in than may be measured.*Pause and Resume begin the stage anew\.$/);
});
