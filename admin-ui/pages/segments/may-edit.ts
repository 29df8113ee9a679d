import type { May, MyEnvironment } from '../../client/me.ts';

const COUNTS =
  'Whoever comes into a segment or leaves it may get something new, so every change of a segment counts as that.';

/**
 * Whether somebody may change segments of an environment, and why not. Nobody can tell from a list whether a change of it
 * gives users more or less: that hangs on what flags serve there. The server takes every one for growing, so this says
 * it before anything is typed.
 */
export function mayEdit({ may }: Pick<MyEnvironment, 'may'>): May {
  if (!may.safe.yes) return may.safe;
  return may.grow.yes ? may.grow : { yes: false, why: `${may.grow.why ?? ''} ${COUNTS}`.trim() };
}

/** Whether somebody may type a change of a segment: what they may not store they may ask for, in the review. */
export function mayDraft(environment: Pick<MyEnvironment, 'may'>): May {
  return environment.may.grow.asks ? { yes: true, asks: true } : mayEdit(environment);
}
