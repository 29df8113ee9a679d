import { asRefusal, Refusal } from '../../client/problem.ts';
import { send } from '../../client/send-request.ts';

/**
 * Throws where something has this key already: the API would replace what is there, and whoever makes something new
 * means another.
 */
export async function requireFree(path: string, what: string, key: string): Promise<void> {
  try {
    await send(`${path}/${encodeURIComponent(key)}`);
  } catch (error) {
    // What is no key at all the API says, too, when it is asked to make it.
    if ([404, 422].includes(asRefusal(error).status)) return;
    throw error;
  }
  const detail = `There is a ${what} ${key} already: change that one, or take another key.`;
  const errors = [{ path: '/key', code: 'duplicate', expected: 'a key that none has yet' }];
  throw new Refusal({ title: 'There is one already', status: 409, code: 'duplicate', detail, errors });
}
