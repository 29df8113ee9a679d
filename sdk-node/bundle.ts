import { join } from 'node:path';
import { packSdk } from '../loadtest/pack-sdk.ts';

const ROOM = import.meta.dirname;

/** Makes what is published: core and re2js are inside, and who uses OpenFeature has that installed. */
export function bundle(dist: string): Promise<void> {
  return packSdk(
    {
      room: ROOM,
      entries: ['index', 'openfeature', 'testing'],
      platform: 'node',
      peers: ['@openfeature/server-sdk'],
      inside: ['re2js'],
    },
    dist,
  );
}

if (process.argv[1] === import.meta.filename) await bundle(join(ROOM, 'dist'));
