import type { Ruleset } from '@turnout/core';
import { type Configuration, type FlagContent, initialConfiguration, servedFlag } from '../flags/configuration.ts';
import { readContent, servedSegment } from '../segments/segment.ts';
import type {} from '../segments/store.ts';
import type { FlagNow, Now, Then } from './plan-rollback.ts';

export const FORM_CONTENT: FlagContent = {
  ...{ type: 'string', variants: { off: 'OFF', on: 'ON', other: 'OTHER' }, name: '', description: '', owner: '' },
  ...{ tags: [], kind: 'release', clientVisible: false, metadata: null, signalKill: false },
};

/** A configuration that is on and gives everybody `on`. */
export const ON: Configuration = { ...initialConfiguration(FORM_CONTENT.variants), state: 'on' };
export const OFF: Configuration = { ...ON, state: 'off' };

type ThenDrawn = { configuration: Configuration; killed?: boolean; content?: Partial<FlagContent> };
type NowDrawn = Pick<FlagNow, 'configuration'> & Partial<FlagNow>;

export function thenOf(
  flags: readonly (readonly [string, ThenDrawn])[],
  { shedLevel = 0, staff }: { shedLevel?: number; staff?: string[] } = {},
): Then {
  return {
    shedLevel,
    flags: new Map(
      flags.map(([key, { configuration, killed = false, content }]) => [
        key,
        { form: { configuration, content: { ...FORM_CONTENT, ...content } }, killed },
      ]),
    ),
    segments: new Map(staff === undefined ? [] : [['staff', readContent({ included: staff })]]),
  };
}

/** What is there now; the segment `staff` always is, with nobody in it. */
export function nowOf(flags: readonly (readonly [string, NowDrawn])[], { shedLevel = 0 } = {}): Now {
  const present = new Map(
    flags.map(([key, drawn]): [string, FlagNow] => [
      key,
      { content: FORM_CONTENT, archived: false, killed: false, rolledBackSince: false, ...drawn },
    ]),
  );
  const served = [...present]
    .filter(([, { archived }]) => !archived)
    .map(([key, { content, configuration, killed }]) => {
      return [key, servedFlag({ key, ...content }, { ...configuration, killed, run: null })] as const;
    });
  const staff = readContent({});
  const ruleset: Ruleset = {
    ...{ formatVersion: 1, environment: 'production', epoch: 'e', revision: 1, shedLevel },
    flags: Object.fromEntries(served),
    segments: { staff: servedSegment('staff', staff) },
  } as unknown as Ruleset;
  return { ruleset, flags: present, segments: new Map([['staff', staff]]) };
}
