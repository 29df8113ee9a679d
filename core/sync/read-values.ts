import { isObject } from '../evaluate/fault.ts';
import type { OwnEvent } from './connection-parts.ts';
import type { Frame } from './sse.ts';
import type { ValueItem, ValuesAnswer, ValuesEvent } from './values-wire.ts';

/** Whether this is a list of items, as far as one must be to be held: each has a key. */
export function areItems(value: unknown): value is ValueItem[] {
  return Array.isArray(value) && value.every((item) => isObject(item) && typeof item.key === 'string');
}

/** Whether a bulk answer is one of a server that says where it is. */
export function isValuesAnswer(value: unknown): value is ValuesAnswer {
  return (
    isObject(value) && areItems(value.flags) && isObject(value.metadata) && typeof value.metadata.state === 'string'
  );
}

export type ValuesFrame = OwnEvent | { event: 'values'; data: ValuesEvent };

/** Reads an event of the stream of values; undefined for one that this version does not know. Throws where it is broken. */
export function readValuesEvent({ event, data }: Frame): ValuesFrame | undefined {
  if (event !== 'values' && event !== 'hello' && event !== 'goodbye' && event !== 'revoked') return undefined;
  const read: unknown = JSON.parse(data);
  if (!isObject(read) || (event === 'values' && !isStep(read))) throw new Error(`broken ${event}`);
  return { event, data: read } as ValuesFrame;
}

function isStep({ to, flags, held, removed }: Record<string, unknown>): boolean {
  return typeof to === 'string' && areItems(flags) && areItems(held) && Array.isArray(removed);
}
