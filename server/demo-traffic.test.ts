import { describe, expect, it } from 'vitest';
import { PROGRAMS, questionsOf, stepsOfVisit } from './demo-apps.ts';
import { DEMO_FLAGS } from './demo-flags.ts';
import { busyness, SHOPPERS, shopper, visitor } from './demo-shoppers.ts';
import { type App, DemoTraffic, MOST_VISITS } from './demo-traffic.ts';

const HOSTS = Object.values(PROGRAMS).flatMap(({ hosts }) => [...hosts]);

/** Traffic whose apps only count; `at` is what its clock says. */
function traffic(at = new Date('2026-03-02T19:00:00Z')) {
  const asked: { host: string; flag: string; who: unknown }[] = [];
  const refuse = new Map<string, () => void>();
  const closed: string[] = [];
  const clock = { at };
  const running = new DemoTraffic({
    url: 'http://127.0.0.1:1',
    keys: { production: 'p', development: 'd' },
    now: () => clock.at,
    connect: ({ host }) =>
      ({
        evaluate: (flag: string, _coded: unknown, context: { targetingKey: string }) => {
          asked.push({ host, flag, who: context.targetingKey });
        },
        track: () => undefined,
        flush: async () => undefined,
        on: (_name: string, tell: (error: { code: string }) => void) => {
          refuse.set(host, () => tell({ code: 'unauthorized' }));
          return () => undefined;
        },
        close: async () => {
          closed.push(host);
        },
      }) as unknown as App,
  });
  return { running, asked, refuse, closed, clock };
}

async function seconds(count: number, at?: Date) {
  const made = traffic(at);
  made.running.start();
  for (let n = 0; n < count; n++) made.running.tick();
  await made.running.close();
  return made;
}

describe('the traffic of the demo', () => {
  it('asks a bounded number of flags a second, whatever the hour', async () => {
    const most = Math.max(
      ...Array.from({ length: 1_000 }, (_, visit) =>
        stepsOfVisit(visit).reduce((sum, { piece }) => sum + questionsOf(piece).length, 0),
      ),
    );
    for (let hour = 0; hour < 24; hour++) {
      const { asked } = await seconds(300, new Date(Date.UTC(2026, 2, 2, hour)));
      const ofShop = asked.filter(({ host }) => !host.startsWith('dev-'));
      expect(ofShop.length).toBeGreaterThan(0);
      expect(ofShop.length).toBeLessThanOrEqual(300 * MOST_VISITS * most);
      expect(asked.length / 300).toBeLessThan(40);
    }
  });

  it('is busier in the evening than before dawn, and never still', async () => {
    const at = (hour: number) => busyness(new Date(Date.UTC(2026, 2, 2, hour)));
    expect(at(19)).toBe(1);
    expect(at(7)).toBeLessThan(0.2);
    expect(at(7)).toBeGreaterThan(0.1);
    const [evening, dawn] = await Promise.all(
      [19, 7].map((hour) => seconds(300, new Date(Date.UTC(2026, 2, 2, hour)))),
    );
    expect(evening?.asked.length).toBeGreaterThan(3 * (dawn?.asked.length ?? 0));
  });

  it('gives every app something to do, and asks the same of the same people each time', async () => {
    const [one, other] = await Promise.all([seconds(600), seconds(600)]);
    expect(new Set(one.asked.map(({ host }) => host))).toEqual(new Set(HOSTS));
    expect(one.asked).toEqual(other.asked);
  });

  it('asks only flags that the demo has, and leaves some alone for people to find', async () => {
    const { asked } = await seconds(600);
    const known = new Set(DEMO_FLAGS.map(({ key }) => key));
    const met = new Set(asked.map(({ flag }) => flag));
    expect([...met].filter((flag) => !known.has(flag))).toEqual([]);
    expect([...known].filter((flag) => !met.has(flag)).sort()).toEqual([
      'legacy-export',
      'review-photos',
      'summer-sale',
    ]);
  });

  it('closes an app whose key is refused, and is still once none is left', () => {
    const { running, asked, refuse, closed } = traffic();
    running.start();
    expect(running.size).toBe(HOSTS.length);
    for (const host of HOSTS.filter((one) => !one.startsWith('dev-'))) refuse.get(host)?.();
    expect(running.size).toBe(2);
    for (let n = 0; n < 60; n++) running.tick();
    expect(new Set(asked.map(({ host }) => host))).toEqual(new Set(['dev-web-1', 'dev-laptop']));
    refuse.get('dev-web-1')?.();
    refuse.get('dev-laptop')?.();
    expect(running.size).toBe(0);
    expect(closed.sort()).toEqual([...HOSTS].sort());
  });
});

describe('the shoppers of the demo', () => {
  it('are who they are, some of each kind', () => {
    const all = Array.from({ length: SHOPPERS }, (_, n) => shopper(n + 1));
    expect(all[16]).toEqual(shopper(17));
    const count = (is: (one: (typeof all)[number]) => boolean) => all.filter(is).length;
    expect(count(({ country }) => country === 'CH')).toBeGreaterThan(SHOPPERS / 6);
    expect(count(({ plan }) => plan === 'enterprise')).toBeGreaterThan(10);
    expect(count(({ email }) => String(email).endsWith('@shop.example'))).toBe(SHOPPERS / 80);
    const visitors = new Set(Array.from({ length: 20_000 }, (_, visit) => visitor(visit)));
    expect(visitors.size).toBeGreaterThan(SHOPPERS * 0.95);
    expect(Math.max(...visitors)).toBeLessThanOrEqual(SHOPPERS);
  });
});
