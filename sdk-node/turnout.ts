import type { AnyFlags, FlagTypes } from '@turnout/core';
import { Client } from './client.ts';
import { LiveConnection } from './live-connection.ts';
import type { TurnoutOptions } from './options.ts';

/**
 * Turnout in an application: evaluates in process, and follows every flip over one stream. It begins to connect when it
 * is made. Make one per environment and keep it; `with` makes cheap ones for a request.
 */
export class Turnout<F extends FlagTypes = AnyFlags> extends Client<F> {
  constructor(options: TurnoutOptions) {
    super(new LiveConnection(options), options?.context);
  }
}
