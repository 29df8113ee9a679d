import {
  ErrorCode,
  GeneralError,
  type OpenFeatureError,
  type OpenFeatureEventEmitter,
  ProviderEvents,
  ProviderFatalError,
  ProviderNotReadyError,
} from '@openfeature/web-sdk';
import type { ConnectionError, Status } from '../options.ts';
import type { Turnout } from '../turnout.ts';

/** Why a provider cannot be called ready; undefined where there are values to answer from and the key is not refused. */
export function failureOf({ state, source }: Status, error: ConnectionError | undefined): OpenFeatureError | undefined {
  if (state === 'closed') return new ProviderFatalError('the client was closed');
  const has = source !== 'defaults';
  if (state === 'unauthorized' || error?.code === 'unauthorized') {
    const message = error?.message ?? 'the key is refused';
    return has ? new GeneralError(message) : new ProviderFatalError(message);
  }
  return error === undefined || has ? undefined : new ProviderNotReadyError(error.message);
}

/** A refused key is fatal only while there is nothing to answer from: OpenFeature asks a fatal provider no more. */
function codeOf({ code }: ConnectionError, has: boolean): ErrorCode {
  if (has) return ErrorCode.GENERAL;
  return code === 'unauthorized' ? ErrorCode.PROVIDER_FATAL : ErrorCode.PROVIDER_NOT_READY;
}

export function tellStale(events: OpenFeatureEventEmitter): void {
  events.emit(ProviderEvents.Stale, { message: 'the server is not heard from' });
}

/** Tells a client's events in OpenFeature's words. Answers how to end it. */
export function tellEvents(client: Pick<Turnout, 'on' | 'status'>, events: OpenFeatureEventEmitter): () => void {
  const ends = [
    // Values that came from elsewhere while the server is away are not news of the server.
    client.on('ready', ({ error }) => error === undefined && events.emit(ProviderEvents.Ready)),
    client.on('stale', () => tellStale(events)),
    client.on('error', (error) => {
      const has = client.status().source !== 'defaults';
      // A server that is away while there are values is what OpenFeature calls stale.
      if (has && error.code === 'unreachable') tellStale(events);
      else events.emit(ProviderEvents.Error, { message: error.message, errorCode: codeOf(error, has) });
    }),
    client.on('change', ({ keys }) => events.emit(ProviderEvents.ConfigurationChanged, { flagsChanged: keys })),
  ];
  return () => {
    for (const end of ends) end();
  };
}
