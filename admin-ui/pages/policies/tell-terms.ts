import { type Fields, isFields } from './document-tree.ts';
import { type GateKind, type GuardKind, gateKindOf, guardKindOf } from './policy-fields.ts';

const say = (value: unknown, otherwise = '…') => (value === undefined || value === '' ? otherwise : String(value));
const ON_FAIL: Record<string, string> = { rollBack: 'roll back', kill: 'kill', pause: 'pause', hold: 'hold' };

const TELL_GUARD: Record<GuardKind, (guard: Fields) => string> = {
  'versus-control': ({ metric, margin, mustSee }) =>
    `${say(metric)} against control, ${say(margin, '0%')} tolerated${mustSee === undefined ? '' : `, must see ${say(mustSee)}`}`,
  absolute: ({ metric, limit, window }) => `${say(metric)} at most ${say(limit)} within ${say(window)}`,
  threshold: ({ source, above, below, for: lasting }) => {
    const bounds = [
      ...(above === undefined ? [] : [`above ${say(above)}`]),
      ...(below === undefined ? [] : [`below ${say(below)}`]),
    ];
    return `${say(source)} ${bounds.join(' or ') || 'without a bound'}${lasting === undefined ? '' : ` for ${say(lasting)}`}`;
  },
  signal: ({ signal }) =>
    isFields(signal)
      ? Object.entries(signal)
          .map(([label, value]) => `${label}=${say(value)}`)
          .join(', ')
      : '…',
  'sample-ratio': () => 'both arms as equal as they were cut',
};

const TELL_GATE: Record<GateKind, (gate: Fields) => string> = {
  probe: ({ probe }) => {
    const { url, method, expect, times } = isFields(probe) ? probe : ({} as Fields);
    const often = times === undefined || times === 1 ? '' : `, ${say(times)} times in a row`;
    return `${say(method, 'GET')} ${say(url)} answers ${say(expect, '200')}${often}`;
  },
  check: ({ check }) => `the check ${say(check)} passed for this commit`,
  instances: ({ instances }) => `at least ${say(isFields(instances) ? instances.atLeast : undefined)} apps run with it`,
  incidentFree: ({ incidentFree }) => `no incident for ${say(incidentFree)}`,
};

/** What a guard watches and what it does when it fails, in a line. */
export function tellGuard(guard: Fields): string {
  const kind = guardKindOf(guard);
  if (kind === undefined) return 'of no known kind';
  const usual = kind === 'sample-ratio' ? 'hold' : undefined;
  const action = say(guard.onFail ?? usual);
  return `${TELL_GUARD[kind](guard)} → ${ON_FAIL[action] ?? action}`;
}

/** What a gate asks, and where it stands, in a line. */
export function tellGate(gate: Fields): string {
  const kind = gateKindOf(gate);
  if (kind === undefined) return 'of no known kind';
  return `${TELL_GATE[kind](gate)}${gate.at === 'every' ? ', before every stage' : ''}`;
}
