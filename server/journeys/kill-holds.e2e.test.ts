import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { prepareProject, type ServerProcess, startServer } from './server-process.fixture.ts';

const CONFIG = '/projects/p/environments/production/flags/cart';
const FLAG = '/projects/p/flags/cart';

describe('a killed flag', () => {
  let server: ServerProcess;
  let serverKey: string;

  beforeAll(async () => {
    server = await startServer();
    ({ serverKey } = await prepareProject(server, 'p', ['cart', 'other']));
  });
  afterAll(() => server?.remove());

  async function ruleset(): Promise<{ flags: Record<string, { killed?: true }>; revision: number; epoch: string }> {
    const response = await fetch(`${server.url}/sdk/v1/ruleset`, { headers: { authorization: `Bearer ${serverKey}` } });
    return ((await response.json()) as { ruleset: Awaited<ReturnType<typeof ruleset>> }).ruleset;
  }

  async function expectKilled(): Promise<void> {
    const answer = await fetch(`${server.url}/ofrep/v1/evaluate/flags/cart`, {
      method: 'POST',
      headers: { authorization: `Bearer ${serverKey}`, 'content-type': 'application/json' },
      body: '{"context":{"targetingKey":"user-1"}}',
    });
    expect(await answer.json()).toMatchObject({ value: false, variant: 'off' });
    expect((await server.api('GET', CONFIG)).body).toMatchObject({ killed: true });
  }

  it('stays killed whatever is written to it, and a restore gives back the very same ruleset', async () => {
    const before = await ruleset();
    const config = (await server.api('GET', CONFIG)).body;
    const edited = await server.api('PATCH', CONFIG, { fallthrough: { variant: 'off' } });
    expect(edited.body).toMatchObject({ change: {} });
    await server.api('POST', `/projects/p/changes/${edited.body.change.id}/undo`, {});
    expect((await server.api('POST', `${CONFIG}/kill`, { reason: 'it burns' })).status).toBe(200);
    await expectKilled();

    const put = await server.api('PUT', CONFIG, config, { headers: { 'if-match': '*' } });
    expect(put.status).toBe(200);
    await expectKilled();
    const patch = await server.api('PATCH', CONFIG, {
      fallthrough: { split: { weights: { on: 60_000, off: 40_000 } } },
    });
    expect(patch.status).toBe(200);
    await expectKilled();
    expect((await server.api('POST', `/projects/p/changes/${patch.body.change.id}/undo`, {})).status).toBe(200);
    await expectKilled();
    const turnedOn = await server.api('POST', `${CONFIG}/on`, {});
    expect(turnedOn).toMatchObject({ status: 409, body: { code: 'flag_killed' } });
    expect(turnedOn.body.detail).toContain('restore');
    await server.api('POST', `${CONFIG}/serve`, { variant: 'on' });
    await expectKilled();
    expect((await server.api('POST', `${FLAG}/archive`, {})).status).toBe(200);
    expect((await ruleset()).flags).not.toHaveProperty('cart');
    expect((await server.api('POST', `${FLAG}/unarchive`, {})).status).toBe(200);
    await expectKilled();

    await server.api('PUT', CONFIG, config, { headers: { 'if-match': '*' } });
    expect((await server.api('POST', `${CONFIG}/restore`, {})).status).toBe(200);
    const after = await ruleset();
    expect(JSON.stringify({ ...after, epoch: '', revision: 0 })).toBe(
      JSON.stringify({ ...before, epoch: '', revision: 0 }),
    );
    expect(after.revision).toBeGreaterThan(before.revision);
  });

  it('is not brought back by the undo of its kill, which names the restore', async () => {
    const killed = await server.api('POST', `${CONFIG}/kill`, { reason: 'again' });
    const undone = await server.api('POST', `/projects/p/changes/${killed.body.change.id}/undo`, {});
    expect(undone.status).toBe(409);
    expect(undone.body.detail).toContain('restore');
    await expectKilled();
  });
});
