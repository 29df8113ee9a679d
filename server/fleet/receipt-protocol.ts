import { HEADERS } from '@turnout/core';
import { RawPost, type RawPostParts } from '../access/raw-post.ts';
import { readNames } from '../delivery/stream-watcher.ts';
import { readRawJson } from '../platform/raw-body.ts';
import type { Instances } from './instances.ts';
import { readReceipt } from './read-receipt.ts';

export interface ReceiptProtocolParts extends RawPostParts {
  instances: Pick<Instances, 'receive'>;
}

const BOUNDS = { what: 'A receipt', mostBytes: 65_536 };

/** `POST /sdk/v1/receipts`: every app sends one at every flip. */
export function receiptProtocol({ instances, ...parts }: ReceiptProtocolParts): RawPost {
  return new RawPost(parts, {
    ...{ path: '/sdk/v1/receipts', what: 'Receipts', status: 204 },
    take: async (key, request) => {
      const receipt = readReceipt(await readRawJson(request, BOUNDS));
      instances.receive(key, readNames(request), request.headers[HEADERS.receipt]?.toString() ?? '', receipt);
    },
  });
}
