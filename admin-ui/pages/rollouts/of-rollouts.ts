import type { ChangeNews } from '../../client/live.ts';

/** What is decided is no change of anything: bakes and units go on without the log. */
const AGAIN_MS = 5_000;

/** Looks every few seconds as long as something moves and the page is in sight; answers how to stop. */
export function whileMoving(isMoving: () => boolean, look: () => void): () => void {
  const timer = setInterval(() => isMoving() && !document.hidden && look(), AGAIN_MS);
  return () => clearInterval(timer);
}

/** A stage that is entered is a change of the flag, made by the rollout. */
export function isOfRollouts({ subject, actor, action }: ChangeNews): boolean {
  return (
    subject.startsWith('rollout/') ||
    action.startsWith('rollout.') ||
    actor.startsWith('rollout:') ||
    subject.startsWith('flag/')
  );
}
