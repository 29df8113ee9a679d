import type { ListedSegment } from '@turnout/server/contracts';
import type { ChangeNews } from '../../client/live.ts';
import { readAllPages } from '../../client/read-all-pages.ts';
import { Reading } from '../../client/reading.ts';
import { myActor } from '../../parts/undo-flow.ts';

/** All segments of an environment, read again when the log tells of a change in one of them or in who names them. */
export class SegmentsReading extends Reading {
  items: readonly ListedSegment[] | undefined;
  /** What somebody else changed just now; it flashes once. */
  changed: ReadonlySet<string> = new Set();
  #path = '';
  #environment = '';

  follow(project: string, environment: string): void {
    const path = `/projects/${encodeURIComponent(project)}/environments/${encodeURIComponent(environment)}/segments`;
    this.turnTo(path, () => {
      this.#path = path;
      this.#environment = environment;
      this.items = undefined;
      this.changed = new Set();
    });
  }

  protected override hears({ subject, environments, actor }: ChangeNews): boolean {
    const isHere = environments.length === 0 || environments.some(({ key }) => key === this.#environment);
    if (!isHere) return false;
    const [kind, key = ''] = subject.split(/\/(.*)/);
    if (kind === 'segment' && actor !== myActor()) this.changed = new Set([...this.changed, key]);
    return kind === 'segment' || kind === 'flag' || kind === 'import';
  }

  protected override async load(signal: AbortSignal): Promise<void> {
    this.items = await readAllPages<ListedSegment>(this.#path, signal);
  }
}
