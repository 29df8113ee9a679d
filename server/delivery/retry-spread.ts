import { murmur3 } from '@turnout/core';

/** Reconnecting clients come back over this time. */
const WINDOW_MS = 4_000;
/** Nobody comes back at once. */
const LEAST_MS = 100;

/**
 * When a client that loses its stream is to come back: each at its own time, and the same on every node, so that a node
 * that ends does not get all of its clients to knock on another at the same moment.
 */
export function retryOf(instance: string): number {
  return LEAST_MS + Math.floor((murmur3(instance, 0) / 2 ** 32) * (WINDOW_MS - LEAST_MS));
}
