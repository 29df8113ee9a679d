import type { FlagRevisionsAnswer } from '@turnout/server/contracts';
import type { ChangeNews } from '../../client/live.ts';
import { Reading } from '../../client/reading.ts';
import { send } from '../../client/send-request.ts';

export type Revision = FlagRevisionsAnswer['items'][number];

/** What a flag was in an environment over time, by the change that led there: which of it is known to be good. */
export class RevisionsReading extends Reading {
  byChange: ReadonlyMap<number, Revision> = new Map();
  #path = '';
  #flag = '';

  follow(project: string, environment: string, flag: string): void {
    const place = `/projects/${encodeURIComponent(project)}/environments/${encodeURIComponent(environment)}`;
    const path = `${place}/flags/${encodeURIComponent(flag)}/revisions`;
    this.turnTo(path, () => {
      this.#path = path;
      this.#flag = flag;
      this.byChange = new Map();
    });
  }

  protected override hears({ subject }: ChangeNews): boolean {
    return subject === `flag/${this.#flag}` || /^(release|rollback|rollout|request|train|incident)\//.test(subject);
  }

  protected override async load(signal: AbortSignal): Promise<void> {
    const { items } = await send<FlagRevisionsAnswer>(this.#path, { signal });
    this.byChange = new Map(items.map((item) => [item.change, item]));
  }
}
