/** By the id of a car: the ids of those that must ride with it. */
export type CarNeeds = ReadonlyMap<string, readonly string[]>;

/** Those that others need come first, else in the order in which they were given; where two need each other, likewise. */
export function orderCars<C extends { id: string }>(cars: readonly C[], needs: CarNeeds): C[] {
  const byId = new Map(cars.map((car) => [car.id, car]));
  const done = new Set<string>();
  const ordered: C[] = [];
  const visit = (car: C): void => {
    if (done.has(car.id)) return;
    done.add(car.id);
    for (const id of needs.get(car.id) ?? []) {
      const needed = byId.get(id);
      if (needed !== undefined) visit(needed);
    }
    ordered.push(car);
  };
  for (const car of cars) visit(car);
  return ordered;
}

/** Those that need one of these, directly or by another: whoever goes takes them along. They themselves are no part of the answer. */
export function dependentsOf(ids: readonly string[], needs: CarNeeds): string[] {
  const gone = new Set(ids);
  const found: string[] = [];
  for (let more = true; more; ) {
    more = false;
    for (const [id, needed] of needs) {
      if (gone.has(id) || !needed.some((one) => gone.has(one))) continue;
      gone.add(id);
      found.push(id);
      more = true;
    }
  }
  return found;
}
