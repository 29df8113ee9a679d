import { parsePosition, type Receipt } from '@turnout/core';
import { type FieldFault, invalid } from '../platform/problem.ts';

const MOST_OVERLAYS = 1_000;
const MOST_UNSUPPORTED = 1_000;
const MOST_POSITION = 200;
const ID = /^[A-Za-z0-9_-]{1,64}$/;

/** Reads what a client put in force. Throws 422 that names each field which is not as it should be. */
export function readReceipt(value: unknown): Receipt {
  const body = typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
  if (body === undefined) throw invalid([fault('', 'a JSON object')]);
  const { position = null, overlays = [], unsupported = [], goodbye } = body as Record<string, unknown>;
  const faults: FieldFault[] = [];
  const isPlace = typeof position === 'string' && position.length <= MOST_POSITION && parsePosition(position);
  if (position !== null && !isPlace) faults.push(fault('/position', 'epoch.revision, or null'));
  if (!areTexts(overlays, MOST_OVERLAYS, (id) => ID.test(id))) {
    faults.push(fault('/overlays', `up to ${MOST_OVERLAYS} ids of kills`));
  }
  if (!areTexts(unsupported, MOST_UNSUPPORTED, (key) => key.length <= 128)) {
    faults.push(fault('/unsupported', `up to ${MOST_UNSUPPORTED} keys of flags`));
  }
  if (goodbye !== undefined && goodbye !== true) faults.push(fault('/goodbye', 'true, or nothing'));
  if (faults.length > 0) throw invalid(faults);
  // `appliedAt` is by the client's own clock: it is not even kept.
  return {
    position: position as string | null,
    overlays: overlays as string[],
    unsupported: unsupported as string[],
    ...(goodbye === true ? { goodbye } : {}),
  };
}

function areTexts(value: unknown, most: number, isRight: (text: string) => boolean): boolean {
  return Array.isArray(value) && value.length <= most && value.every((one) => typeof one === 'string' && isRight(one));
}

function fault(path: string, expected: string): FieldFault {
  return { path, code: 'wrong_type', expected };
}
