import { Refusal } from '../../client/problem.ts';

/** Said before anything is sent: the API would replace what is there, and whoever makes something new means another. */
export function isThere(what: string, key: string): Refusal {
  const detail = `There is a ${what} ${key} already: change that one, or take another key.`;
  const errors = [{ path: '/key', code: 'duplicate', expected: 'a key that none has yet' }];
  return new Refusal({ title: 'There is one already', status: 409, code: 'duplicate', detail, errors });
}
