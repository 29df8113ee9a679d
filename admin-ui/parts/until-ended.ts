import { session } from '../client/session.ts';

/**
 * What comes of a dialog that is open; it is closed then. `hold` is given what ends it. Where a session ends, the door
 * stands over the page; a dialog over the door would keep everybody out.
 */
export function untilEnded<T>(
  dialog: HTMLDialogElement,
  hold: (end: (outcome: T | undefined) => void) => void,
): Promise<T | undefined> {
  let stop = (): void => undefined;
  const outcome = new Promise<T | undefined>((resolve) => {
    hold(resolve);
    stop = session.subscribe(() => session.value.state !== 'in' && resolve(undefined));
  });
  return outcome.finally(() => {
    stop();
    dialog.close();
  });
}
