import type { JsonObject, JsonValue } from './ruleset.ts';

/**
 * The flags of a project and what their values are: `type Flags = { 'new-cart': boolean; 'hero': 'a' | 'b' }`, handed
 * over as `new Turnout<Flags>(…)`. Write it as a type, not as an interface: interfaces have no index.
 */
export type FlagTypes = { [key: string]: JsonValue };

/** Any key, any value: what a client knows that was not told its flags. */
export type AnyFlags = FlagTypes;

/** The keys of flags whose values are `V`. */
export type FlagKey<F extends FlagTypes, V extends JsonValue = JsonValue> = string extends keyof F
  ? string
  : { [K in keyof F & string]: F[K] extends V ? K : never }[keyof F & string];

/** What a flag gives: as precise as the flag's own type, where that is known. */
export type FlagValue<F extends FlagTypes, K extends string, V extends JsonValue = JsonValue> = string extends keyof F
  ? V
  : K extends keyof F
    ? F[K] & V
    : V;

/** What the four typed questions ask for. */
export interface ValueTypes {
  boolean: boolean;
  string: string;
  number: number;
  object: JsonObject;
}
