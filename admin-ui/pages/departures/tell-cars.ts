import type { CarAnswer } from '@turnout/server/contracts';

type Told = Pick<CarAnswer, 'id' | 'needs' | 'request'>;

/** What of a manifest rides with what: titles of those that a car needs, and of those that need it. */
export function ridesWith(car: Told, cars: readonly Told[]): { needs: string[]; neededBy: string[] } {
  const titles = (some: readonly Told[]) => some.map(({ request }) => request.title);
  return {
    needs: titles(cars.filter(({ id }) => car.needs.includes(id))),
    neededBy: titles(cars.filter(({ needs }) => needs.includes(car.id))),
  };
}

/** Those that must go with a car when it goes: all that need it, however far off, each once. */
export function dependentsOf(id: string, cars: readonly Told[]): Told[] {
  const found = new Map<string, Told>();
  const look = (of: string) => {
    for (const car of cars) {
      if (!car.needs.includes(of) || car.id === id || found.has(car.id)) continue;
      found.set(car.id, car);
      look(car.id);
    }
  };
  look(id);
  return [...found.values()];
}

/** What makes a car another while somebody looks. */
export function markOfCar({ state, ready, missing, needs, rollouts, movedTo, uplift }: CarAnswer): string {
  return JSON.stringify([state, ready, missing, needs, rollouts.map(({ id, state: at }) => [id, at]), movedTo, uplift]);
}
