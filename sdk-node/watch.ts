import { isDeepStrictEqual } from 'node:util';
import type { Evaluation } from '@turnout/core';
import type { Connection } from './connection.ts';
import { tellSafely } from './events.ts';

export type Watcher = (now: Evaluation, before: Evaluation) => void;

/** Another reason for the same variant is no news: a rule added elsewhere changes the reasons of everybody. */
function isSameAnswer(a: Evaluation, b: Evaluation): boolean {
  return a === b || (a.variant === b.variant && isDeepStrictEqual(a.value, b.value));
}

/** Asks whenever answers may have changed, and tells of a change for this very question. */
export function watch(connection: Connection, ask: () => Evaluation, changed: Watcher): () => void {
  let before = ask();
  return connection.onAnswers(() => {
    const now = ask();
    if (isSameAnswer(now, before)) return;
    const last = before;
    before = now;
    tellSafely(connection.notes, 'a watcher', () => changed(now, last));
  });
}
