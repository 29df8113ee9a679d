import type { Draft, DraftRule } from './draft.ts';
import type { Pieces } from './merge-pieces.ts';

const RULE = 'rule ';

/** A draft in pieces: what two people can change without getting in each other's way. */
export function takeApart({ rules, ...fields }: Draft): Pieces {
  return {
    order: rules.map(({ id }) => `${RULE}${id}`),
    parts: new Map<string, unknown>([
      ...Object.entries(fields),
      ...rules.map((rule): [string, unknown] => [`${RULE}${rule.id}`, rule]),
    ]),
  };
}

/** The draft again. Each piece is what `takeApart` made it, which is why its type is known. */
export function putTogether({ order, parts }: Pieces): Draft {
  const fields = Object.fromEntries([...parts].filter(([place]) => !place.startsWith(RULE)));
  const rules = order.flatMap((place) => (parts.has(place) ? [parts.get(place) as DraftRule] : []));
  return { ...(fields as Omit<Draft, 'rules'>), rules };
}

/** The id of the rule that a piece is; undefined where it is another. */
export function ruleIdOf(place: string): string | undefined {
  return place.startsWith(RULE) ? place.slice(RULE.length) : undefined;
}
