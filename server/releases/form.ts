import type { Flag, JsonValue, Serve } from '@turnout/core';
import { canonicalJson, sha256 } from '../changes/canonical.ts';
import { leaveRun } from '../decisions/grow-run.ts';
import type { RunWrites } from '../decisions/rollout.ts';
import { type Configuration, type FlagContent, servedFlag } from '../flags/configuration.ts';
import type { FlagInEnvironment } from '../flags/flag-store.ts';
import { writeStored } from '../transfer/write-turnout.ts';
import type { FlagForm } from './release.ts';

/** What of a live run a form must know: what it wrote, and what it found when it came. */
export interface AnchoredRun {
  wrote: RunWrites | null;
  anchor: Serve;
}

/** What a flag is in an environment, as an author would write it: where a run lives, at its anchor. */
export function formOf({ flag, configuration }: Pick<FlagInEnvironment, 'flag' | 'configuration'>, run?: AnchoredRun) {
  const form: FlagForm = { content: contentOf(flag), configuration: configurationOf(configuration) };
  if (run === undefined || run.wrote === null) return form;
  const { rules, fallthrough } = leaveRun({ ...form.configuration, run: configuration.run }, run.wrote, run.anchor);
  return { ...form, configuration: { ...form.configuration, rules, fallthrough } };
}

/**
 * The name of what users get of a form: SHA-256 of the flag as apps are sent it, without a kill and without the marks of a
 * run, which decide nothing by themselves. Names, owners and tags are no part of it.
 */
export function servedHash(key: string, { content, configuration }: FlagForm): string {
  return hashOfServed(servedFlag({ ...content, key }, { ...configuration, killed: false, run: null }));
}

/** The same of a flag in a ruleset. */
export function hashOfServed({ killed: _killed, run: _run, ...flag }: Flag): string {
  return sha256(canonicalJson(flag));
}

/** A form as it is stored. It is not canonical: the order of variants is its author's, and an export shows it. */
export function writeBody({ content, configuration }: FlagForm): string {
  return JSON.stringify({ content, configuration });
}

export function readBody(body: string): FlagForm {
  return JSON.parse(body) as FlagForm;
}

/** The name under which a body is kept. */
export function bodyHash(form: FlagForm): string {
  return sha256(writeBody(form));
}

/** Nobody gets anything but the off variant. */
export function isOff({ configuration }: FlagForm): boolean {
  return configuration.state === 'off';
}

/** A flag as an export of its environment has it. */
export function exportedForm({ content, configuration }: FlagForm): { [field: string]: JsonValue } {
  return writeStored(content, configuration);
}

/** The fields alone, always in one order, so that equal forms are equal bytes. */
function contentOf(flag: FlagContent): FlagContent {
  const { type, variants, name, description, owner, tags, kind, clientVisible, metadata, signalKill } = flag;
  return { type, variants, name, description, owner, tags, kind, clientVisible, metadata, signalKill };
}

function configurationOf(configuration: Configuration): Configuration {
  const { state, offVariant, prerequisites, rules, fallthrough, shedAt, maxStalenessMs, whenStale } = configuration;
  return { state, offVariant, prerequisites, rules, fallthrough, shedAt, maxStalenessMs, whenStale };
}
