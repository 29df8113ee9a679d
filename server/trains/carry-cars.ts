import type { JsonValue } from '@turnout/core';
import { joinTouched } from '../changes/combine-works.ts';
import type { Ground, Written } from '../changes/door.ts';
import { asFields } from '../changes/tell-change.ts';
import type { Tx } from '../database/connect.ts';
import { type Carried, carryCar, type Leaving, whyBehind } from './carry-car.ts';
import type { DepartParts } from './depart-parts.ts';
import type { Car } from './departure.ts';
import { type CarNeeds, dependentsOf, orderCars } from './order-cars.ts';
import { StaysBehind } from './stays-behind.ts';

/** Who goes, and who does not, with why. */
export interface Carrying {
  carried: Carried[];
  behind: { car: Car; why: StaysBehind }[];
}

/** Thrown so that the database takes everything back, for a car that another one needs did not fit after all. */
class Again extends Error {}

/**
 * Carries cars out, those first that others need; each in a savepoint of its own, so that one which does not fit is as if
 * it had never been aboard. Whoever needs one that stays behind stays behind, too.
 */
export async function carryCars(
  parts: DepartParts,
  [tx, ground]: [Tx, Ground],
  leaving: Leaving,
  aboard: { cars: readonly Car[]; needs: CarNeeds },
): Promise<Carrying> {
  const behind = new Map<string, StaysBehind>();
  for (;;) {
    try {
      const carried = await tx.transaction((inside) =>
        carryEach(parts, [inside, ground], leaving, { ...aboard, behind }),
      );
      const left = aboard.cars.flatMap((car) => {
        const why = behind.get(car.id);
        return why === undefined ? [] : [{ car, why }];
      });
      return { carried, behind: left };
    } catch (error) {
      // Only where two need each other; each time one more stays behind, so that this comes to an end.
      if (!(error instanceof Again)) throw error;
    }
  }
}

async function carryEach(
  parts: DepartParts,
  [tx, ground]: [Tx, Ground],
  leaving: Leaving,
  { cars, needs, behind }: { cars: readonly Car[]; needs: CarNeeds; behind: Map<string, StaysBehind> },
): Promise<Carried[]> {
  let now = ground;
  const carried: Carried[] = [];
  for (const car of orderCars(cars, needs)) {
    if (behind.has(car.id)) continue;
    try {
      const one = await tx.transaction((inside) => carryCar(parts, [inside, now], leaving, car));
      carried.push(one);
      now = { ...now, before: one.combined.after };
    } catch (error) {
      const why = whyBehind(error);
      if (why === undefined) throw error;
      leaveBehind(car, why, { cars, needs, behind });
      if (carried.some(({ car: { id } }) => behind.has(id))) throw new Again();
    }
  }
  return carried;
}

function leaveBehind(
  car: Car,
  why: StaysBehind,
  { cars, needs, behind }: { cars: readonly Car[]; needs: CarNeeds; behind: Map<string, StaysBehind> },
): void {
  behind.set(car.id, why);
  const flags = car.flags.join(', ');
  for (const id of dependentsOf([car.id], needs)) {
    if (!cars.some((one) => one.id === id) || behind.has(id)) continue;
    behind.set(id, new StaysBehind(`It needs ${flags}, which stays behind.`, why.waits));
  }
}

/** All that is carried as one change: what the door is told, and each piece in its order for the log. */
export function joinCarried(number: number, carried: readonly Carried[]): Omit<Written<unknown>, 'result'> {
  const side = (which: 'before' | 'after'): JsonValue => ({
    number,
    items: carried.flatMap(({ combined }) => {
      const items = asFields(combined.written[which])?.items;
      return Array.isArray(items) ? items : [];
    }),
  });
  return {
    touched: joinTouched(carried.map(({ combined }) => combined.written.touched)),
    grows: [...new Set(carried.flatMap(({ combined }) => combined.written.grows ?? []))],
    before: side('before'),
    after: side('after'),
    afterEntry: async (tx, changeId) => {
      for (const { combined } of carried) await combined.written.afterEntry?.(tx, changeId);
    },
  };
}
