import { flagWith, rulesetWith } from '../evaluate/ruleset.fixture.ts';
import type { Flag, Ruleset } from '../model/ruleset.ts';
import { diffRulesets } from './diff.ts';
import { RulesetSession } from './ruleset-session.ts';
import { ScriptedPorts } from './scripted-ports.fixture.ts';
import type { RulesetChange, SessionParts, SessionStart } from './session.ts';
import { HEADERS, type OverlayEntry, type Snapshot } from './wire.ts';

export function rulesetAt(epoch: string, revision: number, flags: Record<string, Flag> = { f: flagWith() }): Ruleset {
  return rulesetWith(flags, { epoch, revision });
}

export function snapshotAt(epoch: string, revision: number, changes: Partial<Snapshot> = {}): Snapshot {
  return { ruleset: rulesetAt(epoch, revision), overlay: [], settled: [], ...changes };
}

export function killOf(flag: string, id: string): OverlayEntry {
  return { kind: 'kill', id, epoch: 'x', flag, at: '2024-01-01T00:00:00.000Z' };
}

/** What turns one ruleset into the other, as a server sends it. */
export function patchOf(before: Ruleset, after: Ruleset, settles: string[] = []) {
  return JSON.parse(JSON.stringify(diffRulesets(before, after, settles)));
}

/** What a fetch is answered with. */
export function answerOf(snapshot: Snapshot, ageMs = 0, etag = '"1"') {
  return { status: 200, headers: { etag, [HEADERS.age]: String(ageMs) }, body: JSON.stringify(snapshot) };
}

/** A session in the hands of a test. */
export function begin(start?: SessionStart, changes: Partial<SessionParts> = {}) {
  const ports = new ScriptedPorts();
  const told: RulesetChange[] = [];
  const problems: string[] = [];
  let ready = 0;
  const session = new RulesetSession(
    {
      ports,
      now: () => ports.time.now,
      headers: { authorization: 'Bearer k' },
      onChange: (change) => told.push(change),
      onProblem: (code) => problems.push(code),
      onReady: () => {
        ready++;
      },
      ...changes,
    },
    start,
  );
  session.begin();
  const pass = (ms: number) => ports.time.pass(ms);
  return { ports, session, told, problems, pass, ready: () => ready };
}

export type Begun = ReturnType<typeof begin>;

/** Opens the stream that was asked for last, as a server does. */
export function open(
  { ports }: Begun,
  position: string,
  overlay: OverlayEntry[] = [],
  settled: string[] = [],
  ageMs = 0,
) {
  return ports.stream
    .head(200, { [HEADERS.age]: String(ageMs) })
    .say('hello', { heartbeatMs: 4_000, node: 'n' })
    .say('overlay', { overlay, settled, position });
}

/** A session that was given a ruleset over its stream. */
export function beginWith(snapshot: Snapshot): Begun {
  const begun = begin();
  const position = `${snapshot.ruleset.epoch}.${snapshot.ruleset.revision}`;
  open(begun, position, snapshot.overlay).say('ruleset', snapshot, position);
  return begun;
}

/** Loses the stream and waits until another was asked for. */
export async function reconnect(begun: Begun): Promise<void> {
  const count = begun.ports.streams.length;
  begun.ports.stream.end();
  while (begun.ports.streams.length === count) await begun.pass(100);
}
