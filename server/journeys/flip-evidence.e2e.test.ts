import { Turnout } from '@turnout/sdk-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { prepareProject, type ServerProcess, startServer } from './server-process.fixture.ts';

const PRODUCTION = '/projects/p/environments/production';

describe('after a flip', () => {
  let server: ServerProcess;
  let app: Turnout;

  beforeAll(async () => {
    server = await startServer({});
    const { serverKey } = await prepareProject(server, 'p', ['cart']);
    app = new Turnout({ url: server.url, key: serverKey, logger: false });
    expect((await app.ready()).error).toBeUndefined();
  });
  afterAll(async () => {
    await app?.close({ timeoutMs: 0 });
    await server?.remove();
  });

  async function evidence(id: number) {
    const { status, body } = await server.api('GET', `/projects/p/changes/${id}/evaluations`);
    expect(status).toBe(200);
    return body.environments[0].flags[0];
  }

  it('every app has it in force, and no evaluation of the old variant comes from a later ruleset', async () => {
    for (let i = 0; i < 50; i++) expect(app.boolean('cart', false)).toBe(true);
    const before = app.status().position;
    const off = await server.api('POST', `${PRODUCTION}/flags/cart/off?wait=20s`, {});
    expect(off.body.receipts).toMatchObject({ live: 1, reached: 1, laggards: [] });
    const { id, environments } = off.body.change;
    const after = environments[0].position;
    for (let i = 0; i < 7; i++) expect(app.boolean('cart', true)).toBe(false);
    await app.flush();
    const first = await evidence(id);
    expect(first).toMatchObject({
      flag: 'cart',
      variants: expect.arrayContaining([
        expect.objectContaining({ variant: 'on', position: before, afterChange: false }),
        expect.objectContaining({ variant: 'off', position: after, afterChange: true }),
      ]),
      oldVariants: [],
    });
    for (let i = 0; i < 100; i++) app.boolean('cart', true);
    await app.flush();
    const named = (flag: typeof first, name: string) =>
      flag.variants.find(({ variant }: { variant: string }) => variant === name);
    expect(named(await evidence(id), 'on')).toEqual(named(first, 'on'));
    // Flipped back, it is served again, and by a later ruleset: that says nothing against the first flip.
    await server.api('POST', `${PRODUCTION}/flags/cart/on?wait=20s`, {});
    expect(app.boolean('cart', false)).toBe(true);
    await app.flush();
    expect(await evidence(id)).toMatchObject({ oldVariants: [] });
    expect(named(await evidence(id), 'on')).toMatchObject({ afterChange: true });
  });

  it('what the app tracks is there by name, with the sum of its values', async () => {
    app.track('bought', { value: 12.5 });
    app.with({ plan: 'pro' }).track('bought', { context: { targetingKey: 'u' }, value: 7.5 });
    app.track('seen');
    await app.flush();
    const { body } = await server.api('GET', `${PRODUCTION}/events?step=minute`);
    expect(body).toMatchObject({ environment: 'production', step: 'minute', next: null, unnamed: { total: 0 } });
    expect(body.items).toMatchObject([
      { event: 'bought', total: 2, valued: 2, sum: 20 },
      { event: 'seen', total: 1, valued: 0, sum: 0 },
    ]);
    expect((await server.api('GET', `${PRODUCTION}/events?step=week`)).status).toBe(422);
  });
});
