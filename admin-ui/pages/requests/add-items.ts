import type { NewRequestIn } from '@turnout/server/contracts';

type Items = NewRequestIn['items'];

/** The items of a request with more of them: a draft of the same as before takes its place, for it says all of it. */
export function addItems(there: Items, more: Items): Items {
  const isSame = (one: Items[number], other: Items[number]) => one.method === other.method && one.path === other.path;
  const kept = there.map((one) => more.find((other) => isSame(one, other)) ?? one);
  return [...kept, ...more.filter((one) => !there.some((other) => isSame(one, other)))];
}
