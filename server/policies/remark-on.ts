import { appliesIn } from './check-guards.ts';
import { hasControl, listed } from './check-path.ts';
import type { PolicyDocument } from './document-contract.ts';
import type { PolicyGround, Remark } from './ground.ts';

/** What is allowed, and may not be what was meant. */
export function remarkOn(document: PolicyDocument, ground: PolicyGround): Remark[] {
  return [
    ...remarkOnPath(document),
    ...remarkOnGuards(document, ground),
    ...remarkOnSignals(document, ground),
    ...remarkOnCalls(document, ground),
    ...remarkOnDeadlines(document),
  ];
}

function remarkOnPath({ path }: PolicyDocument): Remark[] {
  return path.flatMap(({ environment, stages }, step) => {
    const last = Math.max(0, ...stages.map(({ exposure = 0 }) => exposure));
    if (last === 100) return [];
    const says = `${environment} ends at ${last} %: after that, finishing gives it to everybody at once.`;
    return [{ path: `/path/${step}/stages/${stages.length - 1}`, code: 'leap_at_the_end', says }];
  });
}

function remarkOnGuards({ guards, path }: PolicyDocument, { metrics }: PolicyGround): Remark[] {
  const hasArms = path.some(({ stages }) => stages.some(hasControl));
  return guards.flatMap((guard, at) => {
    const remarks: Remark[] = [];
    if ((guard.kind === 'versus-control' || guard.kind === 'sample-ratio') && !hasArms) {
      const says = `No stage has a control to compare with, so ${guard.id} never applies.`;
      remarks.push({ path: `/guards/${at}`, code: 'never_applies', says });
    }
    const worse = 'metric' in guard ? metrics.find(({ key }) => key === guard.metric)?.direction : undefined;
    if (guard.kind === 'versus-control' && guard.direction !== undefined && worse && worse !== guard.direction) {
      const says = `${guard.metric} is worse when it goes ${worse}, and ${guard.id} watches the other way.`;
      remarks.push({ path: `/guards/${at}/direction`, code: 'other_direction', says });
    }
    return remarks;
  });
}

/** A hook that lists no flag trips nothing; and where nothing is heard, a guard that listens passes. */
function remarkOnSignals({ guards, path }: PolicyDocument, ground: PolicyGround): Remark[] {
  return guards.flatMap((guard, at) => {
    if (guard.kind !== 'signal') return [];
    const silent = path
      .map(({ environment }) => environment)
      .filter((environment) => appliesIn(guard, environment, ground) && !ground.heard.includes(environment));
    if (silent.length === 0) return [];
    const says = `No hook lists a flag in ${listed(silent)}: no signal can trip ${guard.id} there.`;
    return [{ path: `/guards/${at}`, code: 'no_hook', says }];
  });
}

/** What this server would refuse to call: saved all the same, for whoever runs it may allow it later. */
function remarkOnCalls({ guards, gates }: PolicyDocument, { refused }: PolicyGround): Remark[] {
  const remark = (path: string, why: string | undefined): Remark[] =>
    why === undefined ? [] : [{ path, code: 'refused_address', says: `This server would not call it: ${why}` }];
  const whyOf = (from: Record<string, string>, key: string) => (Object.hasOwn(from, key) ? from[key] : undefined);
  return [
    ...guards.flatMap((guard, at) =>
      'source' in guard ? remark(`/guards/${at}/source`, whyOf(refused.sources, guard.source)) : [],
    ),
    ...gates.flatMap((gate, at) =>
      'probe' in gate ? remark(`/gates/${at}/probe/url`, whyOf(refused.probes, gate.probe.url)) : [],
    ),
  ];
}

function remarkOnDeadlines({ reversible, deadline, path }: PolicyDocument): Remark[] {
  if (reversible === 'instant') return [];
  const says = `What is ${reversible} is not rolled back at a deadline: it stays paused, and somebody is paged each day.`;
  const remark = (at: string): Remark => ({ path: `${at}/onDeadline`, code: 'no_rollback', says });
  return [
    ...(deadline.onDeadline === 'rollBack' ? [remark('/deadline')] : []),
    ...path.flatMap(({ stages }, step) =>
      stages.flatMap((stage, at) =>
        stage.deadline?.onDeadline === 'rollBack' ? [remark(`/path/${step}/stages/${at}/deadline`)] : [],
      ),
    ),
  ];
}
