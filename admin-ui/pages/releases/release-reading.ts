import type { ReleaseAnswer, ReleaseDiffAnswer, ReleaseItemAnswer } from '@turnout/server/contracts';
import type { ChangeNews } from '../../client/live.ts';
import { Reading } from '../../client/reading.ts';
import { send } from '../../client/send-request.ts';

/** Where an environment is in the API. */
export function placePath(project: string, environment: string): string {
  return `/projects/${encodeURIComponent(project)}/environments/${encodeURIComponent(environment)}`;
}

/** One release: nothing of it ever changes, but for what is known of its flags. */
export class ReleaseReading extends Reading {
  release: ReleaseAnswer | undefined;
  path = '';

  follow(project: string, environment: string, tag: string): void {
    const path = `${placePath(project, environment)}/releases/${encodeURIComponent(tag)}`;
    this.turnTo(path, () => {
      this.path = path;
      this.release = undefined;
    });
  }

  protected override hears({ subject }: ChangeNews): boolean {
    return /^(release|rollback|rollout|flag|incident|train)\//.test(subject);
  }

  protected override async load(signal: AbortSignal): Promise<void> {
    this.release = await send<ReleaseAnswer>(this.path, { signal });
  }
}

/** What differs between two releases, or one and now; and which releases there are to choose from. */
export class DiffReading extends Reading {
  diff: ReleaseDiffAnswer | undefined;
  releases: readonly ReleaseItemAnswer[] = [];
  /** True once it is known which releases there are. */
  isRead = false;
  #place = '';
  #sides = { from: '', to: '' };

  follow(project: string, environment: string, sides: { from: string; to: string }): void {
    const place = placePath(project, environment);
    this.turnTo(JSON.stringify([place, sides]), () => {
      if (place !== this.#place) this.releases = [];
      this.#place = place;
      this.#sides = sides;
      this.diff = undefined;
      this.isRead = false;
    });
  }

  protected override hears({ subject }: ChangeNews): boolean {
    const moves = Object.values(this.#sides).includes('now');
    return (
      subject.startsWith('release/') || (moves && /^(flag|segment|request|rollback|rollout|train)\//.test(subject))
    );
  }

  protected override async load(signal: AbortSignal): Promise<void> {
    const query = { limit: 50 };
    const { items } = await send<{ items: ReleaseItemAnswer[] }>(`${this.#place}/releases`, { query, signal });
    this.releases = items;
    this.isRead = true;
    const { from, to } = this.#sides;
    const newest = items[0]?.tag;
    if (newest === undefined) return;
    const sides = { from: from === '' ? newest : from, to: to === '' ? 'now' : to };
    this.diff = await send<ReleaseDiffAnswer>(`${this.#place}/release-diff`, { query: sides, signal });
  }
}
