import type { Context } from '../model/evaluation.ts';
import { ScriptedPorts } from './scripted-ports.fixture.ts';
import type { ValuesParts, ValuesStart } from './values-parts.ts';
import { ValuesSession } from './values-session.ts';
import type { ValueItem, ValuesEvent } from './values-wire.ts';

export function itemOf(key: string, variant: string, changes: Partial<ValueItem> = {}): ValueItem {
  return { key, value: variant === 'on', variant, reason: 'STATIC', ...changes };
}

/** What a bulk request is answered with: the flags by key and variant, at a state. */
export function answerOf(
  state: string,
  flags: Record<string, string>,
  headers: Record<string, string> = {},
  eventStreams = [{ type: 'sse', endpoint: { requestUri: '/stream?token=t' } }],
) {
  const [position] = state.split('~');
  return {
    status: 200,
    headers: { etag: `"${state}"`, ...headers },
    body: JSON.stringify({
      flags: Object.entries(flags).map(([key, variant]) => itemOf(key, variant)),
      eventStreams,
      metadata: { state, position, ageMs: 0 },
    }),
  };
}

export function eventOf(from: string | null, to: string, changes: Partial<ValuesEvent> = {}): ValuesEvent {
  return { from, to, flags: [], removed: [], held: [], ...changes };
}

/** A session of values in the hands of a test. */
export function begin(changes: Partial<ValuesParts> = {}, start?: ValuesStart) {
  const ports = new ScriptedPorts();
  const told: string[] = [];
  const context: Context = { targetingKey: 'u' };
  const session = new ValuesSession(
    {
      ports,
      now: () => ports.time.now,
      context,
      headers: { authorization: 'Bearer k' },
      onChange: (keys) => told.push(`change ${keys}`),
      onConfirm: () => told.push('confirm'),
      onState: () => told.push(`is ${session.state}`),
      onProblem: ({ code }) => told.push(`problem ${code}`),
      ...changes,
    },
    start,
  );
  const variants = () => Object.fromEntries([...(session.values ?? [])].map(([key, { variant }]) => [key, variant]));
  return { ports, session, variants, heard: () => told.splice(0), pass: (ms: number) => ports.time.pass(ms) };
}

export type Begun = ReturnType<typeof begin>;

/** A session that has fetched these flags and opened its stream. */
export async function beginAt(state: string, flags: Record<string, string>): Promise<Begun> {
  const begun = begin();
  begun.ports.answers = [answerOf(state, flags)];
  begun.session.begin();
  await begun.pass(0);
  await settle();
  begun.ports.stream.head().say('hello', { heartbeatMs: 4_000, node: 'n' });
  begun.heard();
  return begun;
}

/** Lets promises go on. */
export function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
