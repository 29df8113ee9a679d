import { sayDuration, sayMoment, sayStage } from './decide-words.ts';
import type { ConditionState, Evidence } from './decision.ts';
import { approvalsToAsk, nextStageOf, type Onward } from './entering-conditions.ts';
import type { GuardGround } from './guard-ground.ts';
import type { Judged } from './judge-guard.ts';
import { holds, type Outcome } from './outcome.ts';

interface Findings {
  ground: GuardGround;
  guards: readonly Judged[];
  onward: Onward;
  conditions: Record<'holding' | 'leaving' | 'guards' | 'gates' | 'approvals' | 'button', ConditionState[]>;
  /** The variant that is rolled out. */
  to: string;
}

/** What holds every run here: freezes, incidents, and a line that somebody stopped. Only listed while they do. */
export function holdingConditions({ freeze, incident, line }: Evidence, environment: string): ConditionState[] {
  const found: ConditionState[] = [];
  if (freeze !== null) {
    const until = freeze.until === null ? 'until somebody ends it' : `until ${sayMoment(freeze.until)}`;
    const goesOn = freeze.inFlight === 'finish-stage' ? ': a stage is finished meanwhile, and no other begins' : '';
    const whose = freeze.through === undefined ? '' : ` of ${freeze.through}, which needs this flag,`;
    const because = `The freeze “${freeze.name}”${whose} lasts ${until}${goesOn}.`;
    found.push({ id: 'freeze', kind: 'freeze', met: false, because });
  }
  if (incident !== null) {
    const { id, title, flag } = incident;
    const names = flag === null ? `all of ${environment}` : `${flag} in ${environment}`;
    const because = `The incident “${title}” is open, and names ${names}.`;
    found.push({ id: `incident:${id}`, kind: 'incident', met: false, because });
  }
  if (line !== null) {
    const because = `The train ${line.train} is stopped: “${line.reason}” A release manager starts it again.`;
    found.push({ id: 'line', kind: 'line', met: false, because });
  }
  return found;
}

/** What no guard speaks against: what is missing before it goes on, in the order of the precedence, or that it does. */
export function decideOnward(findings: Findings): Outcome {
  const { onward, conditions } = findings;
  const held = missing(conditions.holding);
  if (held.length > 0) return holds(held);
  const stays = [...missing(conditions.leaving), ...missing(conditions.guards)];
  if (stays.length > 0) return holds(stays);
  const closed = missing(conditions.gates);
  if (closed.length > 0) return holds(closed);
  const unapproved = missing(conditions.approvals);
  if (unapproved.length > 0) {
    return {
      ...{ action: 'needApproval', reason: `Waits: ${unapproved[0]}`, because: unapproved, until: [] },
      askFor: approvalsToAsk(onward),
      ...(conditions.approvals.some(({ isStuck }) => isStuck) ? { page: 'approval' as const } : {}),
    };
  }
  const unpressed = missing(conditions.button);
  return unpressed.length > 0 ? holds(unpressed) : goesOn(findings);
}

function goesOn({ ground, guards, onward, conditions, to }: Findings): Outcome {
  const next = nextStageOf(onward);
  const spoke = guards
    .filter(({ verdict }) => verdict.verdict === 'pass')
    .map(({ guard, verdict }) => `Guard ${guard.id} passed. ${verdict.because}`);
  const { leaving, gates, approvals, button } = conditions;
  const because = [...[leaving, gates, approvals, button].flat().map((condition) => condition.because), ...spoke];
  const so =
    ground.stage === undefined ? '' : ` ${sayStage(ground.stage)} baked for ${sayDuration(ground.stage.bakeMs)}.`;
  if (next !== undefined)
    return { action: 'advance', reason: `Advances to ${sayStage(next)}.${so}`, because, until: [] };
  const reason = `Finishes ${ground.run.environment}: everybody gets ${to}.${so}`;
  return { action: 'finish', reason, because, until: [] };
}

const missing = (conditions: ConditionState[]) => conditions.filter(({ met }) => !met).map(({ because }) => because);
