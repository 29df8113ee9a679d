import type { Limits } from '../platform/admission.ts';

/** Who asks for a stream. */
export interface StreamAsker {
  keyKind: 'server' | 'client';
  keyId: string;
  /** Where from; only streams of client keys are counted by it. */
  address: string;
}

/**
 * How many streams this node holds, over all protocols. Browsers cannot take the share that is kept for servers, and
 * one client key from one address cannot take all the rest.
 */
export class StreamAdmission {
  readonly #limits: Pick<Limits, 'STREAMS' | 'SERVER_STREAMS' | 'CLIENT_STREAMS'>;
  readonly #open = { server: 0, client: 0 };
  readonly #byClient = new Map<string, number>();

  constructor(limits: Pick<Limits, 'STREAMS' | 'SERVER_STREAMS' | 'CLIENT_STREAMS'>) {
    this.#limits = limits;
  }

  /** How many are open now, by kind of key. */
  get open(): Readonly<Record<'server' | 'client', number>> {
    return this.#open;
  }

  /** Takes a place for a stream; answers how to give it back, or undefined where there is none. */
  admit(asker: StreamAsker): (() => void) | undefined {
    const { STREAMS, SERVER_STREAMS, CLIENT_STREAMS } = this.#limits;
    const { server, client } = this.#open;
    if (server + client >= STREAMS) return undefined;
    const caller = asker.keyKind === 'client' ? `${asker.keyId} ${asker.address}` : undefined;
    const ofCaller = caller === undefined ? 0 : (this.#byClient.get(caller) ?? 0);
    if (caller !== undefined && (client >= STREAMS - SERVER_STREAMS || ofCaller >= CLIENT_STREAMS)) return undefined;
    this.#open[asker.keyKind]++;
    if (caller !== undefined) this.#byClient.set(caller, ofCaller + 1);
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      this.#open[asker.keyKind]--;
      if (caller !== undefined) this.#release(caller);
    };
  }

  #release(caller: string): void {
    const left = (this.#byClient.get(caller) ?? 1) - 1;
    if (left === 0) this.#byClient.delete(caller);
    else this.#byClient.set(caller, left);
  }
}
