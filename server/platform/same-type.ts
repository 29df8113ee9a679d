/** `true` where both types accept exactly the same values, and nothing that can be written where they do not. */
export type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : never) : never;

/** Compiles only while a contract and the model that it stands for are the same type: `holdSame<A, B>(true)`. */
export function holdSame<A, B>(_holds: Same<A, B>): void {}
