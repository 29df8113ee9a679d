import { type Compiled, type MeasuredRun, parsePosition } from '@turnout/core';
import type { FindRun } from './new-units.ts';
import type { ArrivedReport } from './report.ts';

/** What is looked at of the rulesets that a node holds. */
export interface CurrentRunsParts {
  served(environmentId: number): { position: string; compiled: Compiled } | undefined;
  refresh(environmentId: number): Promise<void>;
}

/** The runs that are measured now, by the rulesets in this node's memory. */
export class CurrentRuns {
  readonly #rulesets: CurrentRunsParts;
  readonly #runs = new WeakMap<Compiled, Map<string, MeasuredRun>>();

  constructor(rulesets: CurrentRunsParts) {
    this.#rulesets = rulesets;
  }

  find: FindRun = (environmentId, run) => {
    const compiled = this.#rulesets.served(environmentId)?.compiled;
    return compiled && this.#runsOf(compiled).get(run);
  };

  /**
   * Catches up where an app is ahead of this node: it came from one that knows of a later entry. What cannot be learnt now is
   * not waited for.
   */
  async learn(arrived: readonly ArrivedReport[]): Promise<void> {
    const behind = arrived.filter((one) => this.#isBehind(one)).map(({ place }) => place.environmentId);
    for (const environmentId of new Set(behind)) await this.#rulesets.refresh(environmentId).catch(() => undefined);
  }

  #isBehind({ place: { environmentId }, report }: ArrivedReport): boolean {
    const isKnown = ({ run, entry }: { run: string; entry: number }) => this.find(environmentId, run)?.entry === entry;
    if (report.runs === undefined || report.runs.every(isKnown)) return false;
    const served = this.#rulesets.served(environmentId);
    const here = served && parsePosition(served.position);
    const there = report.position === null ? undefined : parsePosition(report.position);
    if (here === undefined || there === undefined) return here === undefined;
    return here.epoch !== there.epoch || here.revision < there.revision;
  }

  #runsOf(compiled: Compiled): Map<string, MeasuredRun> {
    let runs = this.#runs.get(compiled);
    if (runs === undefined) {
      runs = new Map();
      for (const { source } of compiled.flags.values())
        if (source?.run !== undefined) runs.set(source.run.id, source.run);
      this.#runs.set(compiled, runs);
    }
    return runs;
  }
}
