import { ErrorCode, type OpenFeatureEventEmitter, ProviderEvents } from '@openfeature/web-sdk';
import type { ConnectionError, Status } from '../options.ts';
import type { Turnout } from '../turnout.ts';

/**
 * What is wrong; undefined where there are values to answer from and the key is not refused. A refused key is fatal only
 * while there are none: OpenFeature asks a fatal provider no more.
 */
export function codeOf({ state, source }: Status, error?: ConnectionError): ErrorCode | undefined {
  const has = source !== 'defaults';
  if (state === 'closed') return ErrorCode.PROVIDER_FATAL;
  if (state === 'unauthorized' || error?.code === 'unauthorized') {
    return has ? ErrorCode.GENERAL : ErrorCode.PROVIDER_FATAL;
  }
  return has || error === undefined ? undefined : ErrorCode.PROVIDER_NOT_READY;
}

/** Tells a client's events in OpenFeature's words. Answers how to end it. */
export function tellEvents(client: Pick<Turnout, 'on' | 'status'>, events: OpenFeatureEventEmitter): () => void {
  const ends = [
    // Values that came from elsewhere while the server is away are not news of the server.
    client.on('ready', ({ error }) => error ?? events.emit(ProviderEvents.Ready)),
    client.on('stale', () => events.emit(ProviderEvents.Stale)),
    client.on('error', (error) => {
      const { message } = error;
      const errorCode = codeOf(client.status(), error);
      // A server that is away while there are values is what OpenFeature calls stale.
      if (errorCode === undefined) events.emit(ProviderEvents.Stale, { message });
      else events.emit(ProviderEvents.Error, { message, errorCode });
    }),
    client.on('change', ({ keys }) => events.emit(ProviderEvents.ConfigurationChanged, { flagsChanged: keys })),
  ];
  return () => {
    for (const end of ends) end();
  };
}
