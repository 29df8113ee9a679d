import type { ServerResponse } from 'node:http';
import { seenEnvironments } from '../access/permissions.ts';
import type { Principal } from '../access/principal.ts';
import { EventStream } from '../delivery/event-stream.ts';

/** How a screen comes to its stream. */
export interface LiveOpening {
  response: ServerResponse;
  principal: Principal;
  projectId: number;
  lastEventId: string | undefined;
  retryMs: number;
  /** Who asks, as of now, from memory; undefined where they may not read here any more. */
  identifyAgain(): Principal | undefined;
}

/** The stream of one screen, and what it has been told. */
export class LiveStream extends EventStream {
  readonly projectId: number;
  readonly retryMs: number;
  readonly #identifyAgain: () => Principal | undefined;
  /** The environments that its reader may hear of; undefined for all. */
  only: readonly number[] | undefined;
  /** The newest entry of the log that it was told, or needed not to be told; undefined until the database said. */
  seq: number | undefined;
  /** True when something found no room. */
  missed = false;

  constructor(opening: LiveOpening) {
    // What the streams of SDKs are kept by, an environment, is here a project.
    super(opening.response, { keyId: opening.principal.id, environmentId: opening.projectId });
    this.projectId = opening.projectId;
    this.retryMs = opening.retryMs;
    this.#identifyAgain = opening.identifyAgain;
    this.only = seenEnvironments(opening.principal, opening.projectId);
  }

  /** Whether its reader may see what they saw before, something else, or nothing any more. */
  recheck(): 'same' | 'other' | 'ended' {
    const reader = this.#identifyAgain();
    if (reader === undefined) return 'ended';
    const only = seenEnvironments(reader, this.projectId);
    if (String(only) === String(this.only)) return 'same';
    this.only = only;
    return 'other';
  }

  sees(environmentId: number): boolean {
    return this.only === undefined || this.only.includes(environmentId);
  }
}
