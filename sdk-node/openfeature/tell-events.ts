import {
  ErrorCode,
  GeneralError,
  type OpenFeatureError,
  type OpenFeatureEventEmitter,
  ProviderEvents,
  ProviderFatalError,
  ProviderNotReadyError,
} from '@openfeature/server-sdk';
import type { Client } from '../client.ts';
import type { ConnectionError, Readiness, Status } from '../options.ts';

/** Whether the server is not heard from, and the client said so. */
export function isInTrouble({ state }: Status): boolean {
  return state === 'unreachable' || state === 'unauthorized';
}

/** Why a provider cannot be called ready; undefined where there are flags to answer from and the key is not refused. */
export function failureOf({ error, source }: Readiness, { state }: Status): OpenFeatureError | undefined {
  if (state === 'closed') return new ProviderFatalError('the client was closed');
  if (error === undefined) return undefined;
  const has = source !== 'defaults';
  if (error.code === 'unauthorized')
    return has ? new GeneralError(error.message) : new ProviderFatalError(error.message);
  return has ? undefined : new ProviderNotReadyError(error.message);
}

/** A refused key is fatal only while there is nothing to answer from: OpenFeature asks a fatal provider no more. */
function codeOf({ code }: ConnectionError, hasFlags: boolean): ErrorCode {
  if (hasFlags) return ErrorCode.GENERAL;
  return code === 'unauthorized' ? ErrorCode.PROVIDER_FATAL : ErrorCode.PROVIDER_NOT_READY;
}

/** Tells a client's events in OpenFeature's words. Answers how to end it. */
export function tellEvents(client: Pick<Client, 'on' | 'status'>, events: OpenFeatureEventEmitter): () => void {
  const tellStale = () => events.emit(ProviderEvents.Stale, { message: 'the server is not heard from' });
  let isStale = isInTrouble(client.status());
  const ends = [
    client.on('ready', ({ error }) => {
      // Flags that came from elsewhere while the server is away are not news of the server.
      if (error !== undefined) return;
      isStale = false;
      events.emit(ProviderEvents.Ready);
    }),
    client.on('stale', () => {
      isStale = true;
      tellStale();
    }),
    client.on('error', (error) => {
      const hasFlags = client.status().source !== 'defaults';
      // A server that is away while there are flags is what OpenFeature calls stale, and that is told by itself.
      if (hasFlags && error.code === 'unreachable') return;
      events.emit(ProviderEvents.Error, { message: error.message, errorCode: codeOf(error, hasFlags) });
      if (hasFlags && isStale) tellStale();
    }),
    client.on('change', ({ keys }) => events.emit(ProviderEvents.ConfigurationChanged, { flagsChanged: keys })),
  ];
  return () => {
    for (const end of ends) end();
  };
}
