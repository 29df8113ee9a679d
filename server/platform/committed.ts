/** What whoever changed something is told of the change; `changeReceipt` is its contract. */
export interface ChangeReceipt {
  id: number;
  seq: number;
  /** RFC 3339. */
  at: string;
  environments: { key: string; position: string }[];
}

/**
 * What came of an order. `change` is left out where there was nothing to change. Replayed is a request that had been
 * committed before, and whose answer nobody kept: it did not run again, so it has no result.
 */
export type Committed<T> =
  | { result: T; change?: ChangeReceipt; replayed?: never }
  | { result?: never; change: ChangeReceipt; replayed: true };

/** What is answered: the result, and the change where there was one. */
export interface Done<T> {
  result: T;
  change?: ChangeReceipt;
}

/** What came of an order, with what `readAgain` finds in the place of the result of a replayed one. */
export async function withResult<T>(
  committed: Committed<T>,
  readAgain: (change: ChangeReceipt) => Promise<T>,
): Promise<Done<T>> {
  if (!committed.replayed) return committed;
  const { change } = committed;
  return { result: await readAgain(change), change };
}
