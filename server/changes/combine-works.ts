import type { JsonValue, Ruleset } from '@turnout/core';
import type { Tx } from '../database/connect.ts';
import type { Ground, ReadRuleset, Touched, Work, Written } from './door.ts';
import { asFields } from './tell-change.ts';

/** One of the changes that are made as one. */
export interface Piece {
  action: string;
  /** `flag/new-cart`. */
  subject: string;
  work: Work<unknown>;
}

/** What came of them: what the door is told, and the rulesets as the last one left them. */
export interface Combined {
  written: Omit<Written<unknown>, 'result'>;
  after: Map<number, Ruleset>;
}

/**
 * Runs several use cases in one transaction, each on the rulesets that the one before has left, so that a flag may name
 * a segment which the same change makes. The log gets one entry that has them in their order. `told` is called with what
 * a piece throws, to say of which piece it is.
 */
export async function combineWorks(
  readRuleset: ReadRuleset,
  pieces: readonly Piece[],
  [tx, ground]: [Tx, Ground],
  told: (error: unknown, index: number) => unknown = (error) => error,
): Promise<Combined> {
  let now = ground;
  const done: { piece: Piece; written: Written<unknown> }[] = [];
  for (const [index, piece] of pieces.entries()) {
    const written = await piece.work(tx, now).catch((error: unknown) => {
      throw told(error, index);
    });
    if (written.unchanged) continue;
    done.push({ piece, written });
    now = await groundAfter(readRuleset, tx, now, written.touched);
  }
  const side = (which: 'before' | 'after'): JsonValue => ({
    items: done.map(({ piece: { action, subject }, written }) => {
      return { action, subject, ...placesOf(written), ...inForm(written[which]) };
    }),
  });
  return {
    after: now.before,
    written: {
      touched: joinTouched(done.map(({ written }) => written.touched)),
      before: side('before'),
      after: side('after'),
      ...(done.length === 0 ? { unchanged: true } : {}),
      grows: done.flatMap(({ written }) => written.grows ?? []),
      starts: done.flatMap(({ written }) => written.starts ?? []),
      afterEntry: async (inside, changeId) => {
        for (const { written } of done) await written.afterEntry?.(inside, changeId);
      },
    },
  };
}

/** The same ground with the rulesets as they are after what was touched. */
export async function groundAfter(readRuleset: ReadRuleset, tx: Tx, ground: Ground, touched: Touched): Promise<Ground> {
  const before = new Map<number, Ruleset>();
  for (const [id, ruleset] of ground.before) {
    const environment = ground.environments.get(id);
    before.set(id, environment ? await readRuleset(tx, environment, { ruleset, touched }) : ruleset);
  }
  return { ...ground, before };
}

export function joinTouched(all: readonly Touched[]): Touched {
  const each = (name: 'flags' | 'segments') => [...new Set(all.flatMap((touched) => touched[name]))];
  const everything = all.some((touched) => touched.everything);
  return { flags: each('flags'), segments: each('segments'), ...(everything ? { everything } : {}) };
}

/**
 * The environments that a piece was about, where it was about some alone: on both sides, for one may have no form. A piece
 * that carries several itself is about those of them all.
 */
function placesOf({ before, after }: Written<unknown>): { in?: string[] } {
  const keys = [before, after].flatMap((form) => {
    const { environments, items } = asFields(form) ?? {};
    const inner = Array.isArray(items) ? items.flatMap((item) => asFields(item)?.in ?? []) : [];
    return [...Object.keys(asFields(environments) ?? {}), ...inner.map(String)];
  });
  return keys.length === 0 ? {} : { in: [...new Set(keys)] };
}

/**
 * One side of a piece beside its name. A side that says what stands in each environment keeps that on top, where the
 * log looks for what a reader may see.
 */
function inForm(form: JsonValue | undefined): { [field: string]: JsonValue } {
  if (form === undefined) return {};
  const { environments, ...rest } = asFields(form) ?? {};
  return environments === undefined ? { form } : { environments, form: rest };
}

/** What `inForm` made, taken apart again; undefined where there was no such side. */
export function formOf(item: { [field: string]: JsonValue }): JsonValue | undefined {
  if (!('form' in item)) return undefined;
  const { environments, form } = item;
  return environments === undefined ? form : { ...(form as object), environments };
}
