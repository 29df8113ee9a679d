import type { Guard } from '../policies/policy.ts';
import { sayDuration, sayNumber, sayShare } from './decide-words.ts';

/** What a guard watches, in a line. */
export function sayGuard(guard: Guard): string {
  switch (guard.kind) {
    case 'versus-control': {
      const worse = guard.direction === 'up' ? 'above' : 'below';
      return `${guard.metric} of the new variant is not more than ${sayShare(guard.margin)} ${worse} the old one's`;
    }
    case 'absolute':
      return `at most ${sayShare(guard.limit)} of units have ${guard.metric} within ${sayDuration(guard.windowMs)}`;
    case 'threshold': {
      const bounds = [
        ...(guard.above === undefined ? [] : [`above ${sayNumber(guard.above)}`]),
        ...(guard.below === undefined ? [] : [`below ${sayNumber(guard.below)}`]),
      ];
      return `${guard.query} is not ${bounds.join(' or ')} for ${sayDuration(guard.forMs)}`;
    }
    case 'signal':
      return `no signal fires with ${Object.entries(guard.signal)
        .map(([name, value]) => `${name}=${value}`)
        .join(', ')}`;
    case 'sample-ratio':
      return 'both arms are as large as they were cut';
  }
}
