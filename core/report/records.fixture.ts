import { AFTER_ARM, AFTER_TO, BEFORE, type RunReport, UNIT_BYTES } from './unit-records.ts';

/** A record as it was read back. `agoMs` is before the batch's end. */
export interface ReadRecord {
  what: string;
  name: string;
  agoMs: number;
  afterArm: boolean;
  afterTo: boolean;
  before: boolean;
  value: number | undefined;
}

function bytesOf(base64: string): DataView {
  return new DataView(Uint8Array.from(Buffer.from(base64, 'base64')).buffer);
}

function readUnits(what: string, units: string | undefined, values?: string): ReadRecord[] {
  if (units === undefined) return [];
  const view = bytesOf(units);
  const given = values === undefined ? undefined : bytesOf(values);
  return Array.from({ length: view.byteLength / UNIT_BYTES }, (_, i) => {
    const at = i * UNIT_BYTES;
    const word = view.getUint32(at + 8, true);
    const value = given?.getFloat64(i * 8, true);
    return {
      what,
      name: `${view.getUint32(at, true)}.${view.getUint32(at + 4, true)}`,
      agoMs: word % BEFORE,
      afterArm: word >= AFTER_ARM,
      afterTo: word % AFTER_ARM >= AFTER_TO,
      before: word % AFTER_TO >= BEFORE,
      value: value === undefined || Number.isNaN(value) ? undefined : value,
    };
  });
}

/** Everything that a report holds of one entry. */
export function readRun({ treatment, control, to, events }: RunReport | Omit<RunReport, 'ageMs'>): ReadRecord[] {
  return [
    ...readUnits('treatment', treatment),
    ...readUnits('control', control),
    ...readUnits('to', to),
    ...(events ?? []).flatMap(({ event, units, values }) => readUnits(event, units, values)),
  ];
}
