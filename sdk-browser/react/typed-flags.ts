import type { AnyFlags, FlagTypes, JsonObject, JsonValue } from '@turnout/core';

/**
 * Where an app says once what its flags are, so that every call of a hook knows them, and hooks are imported from this
 * package itself:
 *
 * ```ts
 * declare module '@turnout/sdk-browser/react' {
 *   interface Registered {
 *     flags: { 'new-cart': boolean; hero: 'calm' | 'loud' };
 *   }
 * }
 * ```
 *
 * Without it any key is taken, and a value has the type of its coded default.
 */
// biome-ignore lint/suspicious/noEmptyInterface: it is filled by whoever uses it
export interface Registered {}

/** The flags that `Registered` names; any where it names none. */
export type AppFlags = Registered extends { flags: infer F extends FlagTypes } ? F : AnyFlags;

/** The type of a value whose coded default has this one: `false` stands for any boolean. */
type Widened<V> = V extends boolean
  ? boolean
  : V extends string
    ? string
    : V extends number
      ? number
      : V extends JsonObject
        ? JsonObject
        : JsonValue;

/** What a flag gives: as precise as the flag's own type where that is known, else as its coded default says. */
export type Served<F extends FlagTypes, K extends string, V> = string extends keyof F
  ? Widened<V>
  : K extends keyof F
    ? F[K]
    : never;
