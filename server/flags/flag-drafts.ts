import type { Asking, EnvironmentPlace } from '../access/asking.ts';
import { type DraftCall, type DraftKind, type DraftPlan, draftKind } from '../changes/draft.ts';
import { withReason } from '../platform/problem-contract.ts';
import { archiveWork } from './archive-flag.ts';
import type { FlagContent } from './configuration.ts';
import { configureWork, targetNamed } from './configure-flag.ts';
import { configurationPatch, configurationPut, flagPatch, flagPut, newFlag, serveBody } from './contract.ts';
import { createWork } from './create-flag.ts';
import { editWork, readFlag } from './edit-flag.ts';
import { findFlag, findFlagIn } from './flag-store.ts';
import { patchConfiguration } from './patch-configuration.ts';
import { type Turn, turnWork } from './turn-flag.ts';

const OF_PROJECT = '/flags/{flag}';
const IN_ENVIRONMENT = `/environments/{environment}${OF_PROJECT}`;

/** Calls that change flags, and may wait in a request until they are approved. */
export const flagDrafts: readonly DraftKind[] = [
  draftKind({
    ...{ method: 'PUT', path: IN_ENVIRONMENT, body: configurationPut },
    plan: (call) => {
      const { reason: _reason, ...wanted } = call.body;
      return configure(call, (place, flag) => configureWork(place, flag, () => wanted, call.base, call));
    },
  }),
  draftKind({
    ...{ method: 'PATCH', path: IN_ENVIRONMENT, body: configurationPatch },
    plan: (call) => {
      const { reason: _reason, ...patch } = call.body;
      const { names, base } = call;
      return configure(call, (place, flag) =>
        configureWork(place, flag, (now) => patchConfiguration(now, patch), base, { names, named: targetNamed(patch) }),
      );
    },
  }),
  draftKind({
    ...{ method: 'POST', path: `${IN_ENVIRONMENT}/on`, body: withReason },
    plan: (call) => turn(call, { verb: 'on' }),
  }),
  draftKind({
    ...{ method: 'POST', path: `${IN_ENVIRONMENT}/off`, body: withReason },
    plan: (call) => turn(call, { verb: 'off' }),
  }),
  draftKind({
    ...{ method: 'POST', path: `${IN_ENVIRONMENT}/serve`, body: serveBody },
    plan: (call) => turn(call, { verb: 'serve', variant: call.body.variant }),
  }),
  draftKind({
    ...{ method: 'POST', path: '/flags', body: newFlag },
    plan: ({ projectId, body: { reason: _reason, ...wanted }, names }) => ({
      ...{ action: 'flag.create', subject: `flag/${wanted.key}`, alters: 'all' },
      version: async () => undefined,
      work: createWork(projectId, wanted, names),
    }),
  }),
  draftKind({
    ...{ method: 'PUT', path: OF_PROJECT, body: flagPut },
    plan: (call) => edit(call, () => readFlag(call.body)),
  }),
  draftKind({
    ...{ method: 'PATCH', path: OF_PROJECT, body: flagPatch },
    plan: (call) => edit(call, (now) => readFlag(call.body, now)),
  }),
  draftKind({
    ...{ method: 'POST', path: `${OF_PROJECT}/archive`, body: withReason },
    plan: (call) => archive(call, true),
  }),
  draftKind({
    ...{ method: 'POST', path: `${OF_PROJECT}/unarchive`, body: withReason },
    plan: (call) => archive(call, false),
  }),
];

function configure(
  call: DraftCall<unknown>,
  work: (place: EnvironmentPlace, flag: string) => DraftPlan['work'],
): DraftPlan {
  return inEnvironment(call, 'flag.configure', work);
}

function turn(call: DraftCall<unknown>, to: Turn): DraftPlan {
  return inEnvironment(call, `flag.${to.verb}`, (place, flag) => turnWork(place, flag, to, call.base));
}

function inEnvironment(
  call: DraftCall<unknown>,
  action: string,
  work: (place: EnvironmentPlace, flag: string) => DraftPlan['work'],
): DraftPlan {
  const [place, flag] = [call.place(), call.params.flag ?? ''];
  return {
    ...{ action, subject: `flag/${flag}`, alters: 'environment' },
    version: async (db) => (await findFlagIn(db, call.projectId, place.environment.id, flag))?.configuration.version,
    work: work(place, flag),
  };
}

function edit(call: DraftCall<unknown>, next: (now: FlagContent) => FlagContent): DraftPlan {
  return ofProject(call, 'flag.update', (flag, believed) => editWork(call.projectId, flag, next, believed));
}

function archive(call: DraftCall<unknown>, archived: boolean): DraftPlan {
  const action = archived ? 'flag.archive' : 'flag.unarchive';
  return ofProject(call, action, (flag, believed) => archiveWork(call.projectId, flag, archived, believed));
}

function ofProject(
  { projectId, params, base }: DraftCall<unknown>,
  action: string,
  work: (flag: string, believed: Pick<Asking, 'expected'>) => DraftPlan['work'],
): DraftPlan {
  const flag = params.flag ?? '';
  return {
    ...{ action, subject: `flag/${flag}`, alters: 'all' },
    version: async (db) => (await findFlag(db, projectId, flag))?.version,
    work: work(flag, { expected: base }),
  };
}
