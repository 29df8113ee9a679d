import type { FieldFault } from '../platform/problem.ts';
import type { GateDocument, PolicyDocument } from './document-contract.ts';
import { isProtectedIn, type PolicyGround } from './ground.ts';
import { readDuration } from './quantity.ts';

/** What is wrong with the gates of a sound document, and with how it says that it can be taken back. */
export function checkGates(document: PolicyDocument, ground: PolicyGround): FieldFault[] {
  const seen = new Set<string>();
  const named = new Set(document.path.flatMap(({ stages }) => stages.flatMap(({ gates = [] }) => gates)));
  const isAnywhere = document.path.some(({ environment }) => isProtectedIn(ground, environment));
  return document.gates.flatMap((gate, at) => {
    const path = `/gates/${at}`;
    const faults: FieldFault[] = [];
    if (seen.has(gate.id)) {
      faults.push({ path: `${path}/id`, code: 'duplicate', expected: 'an id that no other gate here has' });
    }
    seen.add(gate.id);
    if (gate.at !== 'every' && !named.has(gate.id) && !isAnywhere) {
      const expected =
        'a gate that something comes to: name it in a stage, or say at: every (by itself it stands before protected ' +
        'environments, and this path has none)';
      faults.push({ path, code: 'unreachable_gate', expected });
    }
    return [...faults, ...hurriedProbe(gate, path), ...idleTime(gate, path)];
  });
}

/** So many answers in a row take their time. */
function hurriedProbe(gate: GateDocument, path: string): FieldFault[] {
  if (!('probe' in gate) || gate.timeout === undefined) return [];
  const { every, times } = gate.probe;
  const takesMs = (readDuration(every) ?? 0) * (times - 1);
  if ((readDuration(gate.timeout) ?? 0) > takesMs) return [];
  const expected = `longer than ${times} answers in a row take, one every ${every}`;
  return [{ path: `${path}/timeout`, code: 'too_short', expected }];
}

/** A check is posted by others: nothing tries it, so there is nothing to give up before the deadline of the stage. */
export function idleTime(gate: GateDocument, path: string): FieldFault[] {
  if (!('check' in gate) || gate.timeout === undefined) return [];
  const expected = 'none: a check is waited for until the deadline of its stage';
  return [{ path: `${path}/timeout`, code: 'not_used', expected }];
}

/** A document as it may be written now; versions of before may have times that never meant anything. */
export function withoutIdleTimes(document: PolicyDocument): PolicyDocument {
  const gates = document.gates.map((gate): GateDocument => {
    if (!('check' in gate)) return gate;
    const { timeout: _idle, ...meant } = gate;
    return meant;
  });
  return { ...document, gates };
}

export function checkReversal({ reversible, runbookUrl }: PolicyDocument): FieldFault[] {
  if (reversible === 'runbook' && runbookUrl === undefined) {
    return [{ path: '/runbookUrl', code: 'required', expected: 'the address of the runbook that takes this back' }];
  }
  if (reversible !== 'runbook' && runbookUrl !== undefined) {
    return [{ path: '/runbookUrl', code: 'not_used', expected: 'none, or reversible: runbook' }];
  }
  return [];
}
