import type { ValueItem } from './values-wire.ts';

/** What flags answer, by key. */
export type Values = ReadonlyMap<string, Omit<ValueItem, 'key'>>;

type Answer = Pick<ValueItem, 'value' | 'variant'>;

/** Whether two answers are the same to whoever looks: another reason for the same variant is no news. */
export function isSameAnswer(a: Answer | undefined, b: Answer | undefined): boolean {
  return a === b || (!a === !b && a?.variant === b?.variant && JSON.stringify(a?.value) === JSON.stringify(b?.value));
}
