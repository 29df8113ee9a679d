import { expect, test } from 'vitest';
import { dependentsOf, ridesWith } from './tell-cars.ts';

const car = (id: string, ...needs: string[]) => ({ id, needs, request: { id, title: `The ${id}` } });
const CARS = [car('basket'), car('till', 'basket'), car('coupon', 'till'), car('banner')];

test('A manifest says what rides with what, in both directions', () => {
  expect(ridesWith(car('till', 'basket'), CARS)).toEqual({ needs: ['The basket'], neededBy: ['The coupon'] });
  expect(ridesWith(car('banner'), CARS)).toEqual({ needs: [], neededBy: [] });
});

test('Whoever goes takes along all that need it, however far off, and each once', () => {
  expect(dependentsOf('basket', CARS).map(({ id }) => id)).toEqual(['till', 'coupon']);
  expect(dependentsOf('a', [car('a', 'b'), car('b', 'a')]).map(({ id }) => id)).toEqual(['b']);
});
