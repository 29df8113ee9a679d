import { describe, expect, it } from 'vitest';
import { alertmanagerDelivery, genericDelivery } from './delivery-contract.ts';
import { readAlerts, readGeneric, withoutRepeats } from './read-delivery.ts';
import { alertmanagerBody } from './signals.fixture.ts';

const read = (body: unknown) => readAlerts(alertmanagerDelivery.parse(body));

describe('what is read of a delivery', () => {
  it('of Alertmanager: each alert by its own status, and not by that of its group', () => {
    const startsAt = '2026-01-31T12:00:00.123456789+01:00';
    const body = alertmanagerBody([
      { fingerprint: 'a', startsAt, labels: { service: 'checkout' } },
      { fingerprint: 'b', startsAt, status: 'resolved', summary: 'It was slow' },
    ]);
    expect(read(body)).toEqual([
      {
        ...{ source: 'alertmanager', fingerprint: 'a', status: 'firing', severity: 'critical' },
        labels: { alertname: 'CheckoutErrors', severity: 'critical', service: 'checkout' },
        ...{ summary: 'Checkout fails for 4 % of users', startsAt: new Date('2026-01-31T11:00:00.123Z') },
      },
      {
        ...{ source: 'alertmanager', fingerprint: 'b', status: 'resolved', severity: 'critical' },
        labels: { alertname: 'CheckoutErrors', severity: 'critical' },
        ...{ summary: 'It was slow', startsAt: new Date('2026-01-31T11:00:00.123Z') },
      },
    ]);
  });

  it('an alert without words is called by its name, and one that is too long is cut and not refused', () => {
    const [plain] = alertmanagerBody([{}]).alerts;
    expect(read({ version: '4', alerts: [{ ...plain, annotations: undefined }] })[0]?.summary).toBe('CheckoutErrors');
    const labels = Object.fromEntries(Array.from({ length: 200 }, (_, i) => [`l${i}`, 'x'.repeat(5_000)]));
    const [long] = read({ version: '4', alerts: [{ ...plain, labels, annotations: { summary: '😀'.repeat(400) } }] });
    expect(Object.keys(long?.labels ?? {})).toHaveLength(64);
    expect(long?.labels.l0).toHaveLength(1_024);
    expect(long?.summary.length).toBeLessThanOrEqual(500);
    expect(long?.summary).not.toMatch(/\p{Surrogate}/u);
  });

  it('what no database keeps is left out of texts', () => {
    const [signal] = readGeneric([
      {
        fingerprint: 'a\u0000b',
        status: 'firing',
        labels: { x: '\ud800y' },
        summary: '\u0000',
        startsAt: '2026-01-31T12:00:00Z',
      },
    ]);
    expect(signal).toMatchObject({ fingerprint: 'ab', labels: { x: 'y' }, summary: 'ab', severity: 'none' });
  });

  it('the severity of a generic one is a label too, for guards ask for labels', () => {
    const body = {
      signals: [{ fingerprint: 'f', status: 'firing', severity: 'page', startsAt: '2026-01-31T12:00:00Z' }],
    };
    expect(readGeneric(genericDelivery.parse(body).signals)[0]).toMatchObject({
      severity: 'page',
      labels: { severity: 'page' },
    });
  });

  it('the same twice in one delivery is one', () => {
    const signals = read(alertmanagerBody([{ fingerprint: 'a', startsAt: '2026-01-31T12:00:00Z' }]));
    expect(withoutRepeats([...signals, ...signals])).toHaveLength(1);
    expect(
      withoutRepeats([...signals, ...signals.map((one) => ({ ...one, status: 'resolved' as const }))]),
    ).toHaveLength(2);
    const again = signals.map((one) => ({ ...one, startsAt: new Date('2026-01-31T13:00:00Z') }));
    expect(withoutRepeats([...signals, ...again])).toHaveLength(2);
  });
});
