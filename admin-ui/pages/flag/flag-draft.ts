import type { FlagType, JsonValue } from '@turnout/core';
import type { FlagAnswer } from '@turnout/server/contracts';
import type { Pieces } from './merge-pieces.ts';
import { readVariant, writeVariant } from './variant-text.ts';

/** A variant as it is typed: its value may not be one yet. */
export interface DraftVariant {
  name: string;
  text: string;
}

/** What somebody has typed of the flag of the project. */
export interface FlagDraft {
  name: string;
  description: string;
  owner: string;
  tags: string[];
  kind: FlagAnswer['kind'];
  clientVisible: boolean;
  variants: DraftVariant[];
}

export function readFlag(stored: FlagAnswer): FlagDraft {
  const { name, description, owner, tags, kind, clientVisible, variants } = stored;
  const texts = Object.entries(variants).map(([key, value]) => ({ name: key, text: writeVariant(value) }));
  return { name, description, owner, tags, kind, clientVisible, variants: texts };
}

/** What is sent for it; undefined while a value is none. What this page does not show stays as it is stored. */
export function writeFlag(draft: FlagDraft, stored: Pick<FlagAnswer, 'type' | 'metadata' | 'signalKill'>) {
  const { type, metadata, signalKill } = stored;
  const variants = writeVariants(draft.variants, type);
  return variants && { ...draft, variants, type, metadata, signalKill };
}

function writeVariants(typed: readonly DraftVariant[], type: FlagType): Record<string, JsonValue> | undefined {
  const variants: [string, JsonValue][] = [];
  for (const { name, text } of typed) {
    const read = readVariant(text, type);
    if ('fault' in read) return undefined;
    variants.push([name, read.value]);
  }
  return Object.fromEntries(variants);
}

const VARIANT = 'variant ';

/** In pieces: two people can change two variants, or the name and the owner, without asking each other. */
export function takeFlagApart({ variants, ...fields }: FlagDraft): Pieces {
  return {
    order: variants.map(({ name }) => `${VARIANT}${name}`),
    parts: new Map<string, unknown>([
      ...Object.entries(fields),
      ...variants.map(({ name, text }): [string, unknown] => [`${VARIANT}${name}`, text]),
    ]),
  };
}

export function putFlagTogether({ order, parts }: Pieces): FlagDraft {
  const fields = Object.fromEntries([...parts].filter(([place]) => !place.startsWith(VARIANT)));
  const variants = order
    .filter((place) => parts.has(place))
    .map((place) => ({ name: place.slice(VARIANT.length), text: String(parts.get(place)) }));
  return { ...(fields as Omit<FlagDraft, 'variants'>), variants };
}

/** What is wrong with it, by piece, before it is sent. */
export function findFlagFaults({ variants }: FlagDraft, type: FlagType): { place: string; says: string }[] {
  const faults = variants.flatMap(({ name, text }) => {
    const read = readVariant(text, type);
    return 'fault' in read ? [{ place: `${VARIANT}${name}`, says: read.fault }] : [];
  });
  return variants.length === 0 ? [{ place: 'variants', says: 'A flag has at least one variant.' }] : faults;
}
