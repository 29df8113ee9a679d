import type { AlertmanagerDelivery, GenericSignal } from './delivery-contract.ts';
import { labelOf, type Signal } from './signal.ts';

const MOST_LABELS = 64;
const LONGEST_NAME = 128;
const LONGEST_VALUE = 1_024;
const LONGEST_SUMMARY = 500;

/**
 * Each alert of a delivery as a signal, by its own status: that of the group says `firing` as long as any of it fires. An
 * alert is cut rather than refused, for its sender does not come again with what it was refused.
 */
export function readAlerts({ alerts }: AlertmanagerDelivery): Signal[] {
  return alerts.map(({ status, labels, annotations = {}, startsAt, fingerprint }) => {
    const kept = cutLabels(labels);
    const words = new Map(Object.entries(annotations));
    const summary = ['summary', 'description', 'message'].map((name) => words.get(name)).find(Boolean);
    return {
      ...{ source: 'alertmanager', status, labels: kept, startsAt: new Date(startsAt) },
      fingerprint: storable(fingerprint),
      severity: labelOf(kept, 'severity') ?? 'none',
      summary: cut(storable(summary ?? labelOf(kept, 'alertname') ?? 'An alert'), LONGEST_SUMMARY),
    };
  });
}

/** Its severity is a label too, so that guards match it as they match those of others. */
export function readGeneric(signals: readonly GenericSignal[]): Signal[] {
  return signals.map(({ fingerprint, status, severity, labels, summary, startsAt }) => {
    const kept = cutLabels({ ...labels, ...(severity === undefined ? {} : { severity }) });
    return {
      ...{ source: 'generic', status, labels: kept, startsAt: new Date(startsAt) },
      fingerprint: storable(fingerprint),
      severity: labelOf(kept, 'severity') ?? 'none',
      summary: cut(storable(summary) || storable(fingerprint), LONGEST_SUMMARY),
    };
  });
}

/** The last of those that are the same by all that makes them one. */
export function withoutRepeats(signals: readonly Signal[]): Signal[] {
  const nameOf = ({ fingerprint, startsAt, status }: Signal) => JSON.stringify([fingerprint, startsAt, status]);
  return [...new Map(signals.map((signal) => [nameOf(signal), signal])).values()];
}

function cutLabels(labels: Record<string, string>): Record<string, string> {
  const kept = Object.entries(labels).slice(0, MOST_LABELS);
  return Object.fromEntries(
    kept.map(([name, value]) => [cut(storable(name), LONGEST_NAME), cut(storable(value), LONGEST_VALUE)]),
  );
}

/** Cut between characters, not within one. */
function cut(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 1).replace(/\p{Surrogate}$/u, '')}…`;
}

/** A database keeps neither NUL nor halves of characters. */
function storable(text: string): string {
  return text.replaceAll('\u0000', '').replaceAll(/\p{Surrogate}/gu, '');
}
