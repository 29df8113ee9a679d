/** One of several things that are asked for at once: so many people must approve of it. */
export interface Place {
  id: string;
  count: number;
}

/** Somebody's approval of one of them. */
export interface Given {
  place: string;
  personId: string;
}

/**
 * Which of them each person's approval is used for: one at most, and so that as few as possible are missing. Whoever gave
 * two is used where nobody else is, whichever they gave first. Who is not in the answer is used for none.
 */
export function shareApprovals(places: readonly Place[], given: readonly Given[]): Map<string, string> {
  const used = new Map<string, string>();
  const takersOf = (place: string) => [...used].filter(([, id]) => id === place).map(([person]) => person);
  const seat = (personId: string, seen: Set<string>): boolean => {
    const own = places.filter(({ id }) => given.some((one) => one.place === id && one.personId === personId));
    for (const { id, count } of own) {
      if (seen.has(id)) continue;
      seen.add(id);
      const takers = takersOf(id);
      // Somebody who sits here may have approved of another, too.
      if (takers.length >= count && !takers.some((other) => seat(other, seen))) continue;
      used.set(personId, id);
      return true;
    }
    return false;
  };
  for (const personId of new Set(given.map((one) => one.personId))) seat(personId, new Set());
  return used;
}
