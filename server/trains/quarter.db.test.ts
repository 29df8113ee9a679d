import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasPostgres } from '../database/test-database.ts';
import { Camera, type Cast, type Picture, tellApart } from './quarter.fixture.ts';
import { goTo, openQuarter } from './quarter-cast.fixture.ts';
import { SPRING } from './quarter-spring.fixture.ts';
import { SUMMER } from './quarter-summer.fixture.ts';

describe.skipIf(!hasPostgres)('a quarter, from 2 March to 31 May', () => {
  let cast: Cast;
  let camera: Camera;
  let before: Picture;
  beforeAll(async () => {
    cast = await openQuarter();
    camera = new Camera(cast.world);
    before = await camera.take();
  });
  afterAll(() => cast?.world.database.close());

  it.each([...SPRING, ...SUMMER])('$week', async ({ moments }) => {
    for (const { at, does, shows } of moments) {
      await goTo(cast.world, at);
      await does?.(cast);
      await cast.world.pass(2, 1_000);
      const after = await camera.take();
      const told = tellApart(before, after);
      before = after;
      expect({ at, told }).toEqual({ at, told: shows });
    }
  });
});
