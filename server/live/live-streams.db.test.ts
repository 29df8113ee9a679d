import { eq } from 'drizzle-orm';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { makeSession } from '../access/session.ts';
import { commitChange } from '../changes/commit-change.ts';
import { root, seedProject, setState } from '../changes/seed.fixture.ts';
import { flags, memberships, people, projects, sessions, tokens } from '../database/tables.ts';
import { databaseKinds, openTestDatabase, type TestDatabase } from '../database/test-database.ts';
import { killFlag } from '../delivery/kill-flag.ts';
import { joinNodes } from '../delivery/test-node.fixture.ts';
import { Problem } from '../platform/problem.ts';
import { type LiveNode, openLiveNode } from './live.fixture.ts';

describe.each(databaseKinds)('the stream of a screen, on %s', (kind) => {
  let database: TestDatabase;
  let projectId = 0;
  let staging = 0;
  let production = 0;
  let here: LiveNode;
  let nodes: LiveNode[] = [];
  const node = async (...over: [Parameters<typeof openLiveNode>[1]?]) => {
    const opened = await openLiveNode(database, ...over);
    nodes.push(opened);
    return opened;
  };
  beforeAll(async () => {
    database = await openTestDatabase(kind);
  }, 180_000);
  beforeEach(async () => {
    await database.reset();
    const seeded = await seedProject(database.db, 'shop', ['staging', 'production'], ['a', 'b']);
    projectId = seeded.projectId;
    [staging = 0, production = 0] = seeded.environmentIds;
    here = await node();
  });
  afterEach(async () => {
    for (const one of nodes) await one.close();
    nodes = [];
  });
  afterAll(() => database?.close());

  const flip = (at: LiveNode, state: 'on' | 'off', where = [production], flag = 'a') =>
    setState(at.node.door, projectId, where, flag, state);
  /** A change that rings for nobody: it alters no ruleset. */
  const describeFlag = (at: LiveNode, description: string) =>
    commitChange(
      at.node.door,
      { projectId, environmentIds: [], principal: root, action: 'flag.update', subject: 'flag/a' },
      async (tx) => {
        await tx.update(flags).set({ description }).where(eq(flags.key, 'a'));
        return { result: undefined, touched: { flags: [], segments: [] }, before: {}, after: { description } };
      },
    );

  /** A person with a role in the project, and the headers of their browser. */
  async function signIn() {
    const { db } = database;
    const id = 'ben';
    await db.insert(people).values({ id, login: id, name: 'Ben', createdBy: 'root' });
    await db.insert(memberships).values({ id, personId: id, projectId, roles: ['viewer'], createdBy: 'root' });
    const session = makeSession(id, { address: '127.0.0.1', agent: '' }, new Date());
    await db.insert(sessions).values(session.row);
    await here.house.newToken(['viewer'], projectId);
    // Beside a bearer a cookie counts for nothing.
    return { session, headers: { authorization: '', cookie: `turnout=${session.secret}` } };
  }

  it('says first where everything is, and then each change as the log shows it', async () => {
    await flip(here, 'on', [staging]);
    const screen = await here.open();
    expect([screen.status, screen.headers['content-type']]).toEqual([200, 'text/event-stream']);
    const hello = await screen.next();
    expect(hello).toMatchObject({ event: 'hello', data: { seq: 1, heartbeatMs: 15_000 } });
    const { positions } = hello.data as { positions: Record<string, string> };
    expect([positions.staging, positions.production].map((position) => position?.split('.')[1])).toEqual(['1', '0']);
    const { change } = await flip(here, 'on');
    expect(await screen.next('change')).toMatchObject({
      id: '2',
      data: {
        ...{ id: change?.id, seq: 2, actor: 'root', action: 'flag.on', subject: 'flag/a', erased: false },
        summary: expect.stringContaining('flag a in production'),
        environments: [{ key: 'production', direction: 'growing', position: change?.environments[0]?.position }],
      },
    });
    expect(screen.text).not.toContain('patch');
    expect(here.errors).toEqual([]);
  });

  it('tells of what alters no ruleset, too, which nobody rings for', async () => {
    const screen = await here.open();
    await screen.next('hello');
    await describeFlag(here, 'What it is for');
    expect(await screen.next('change')).toMatchObject({ data: { action: 'flag.update', environments: [] } });
  });

  it('tells a caller of one environment of that one alone', async () => {
    const viewer = await here.house.newToken(['viewer'], projectId, staging);
    const screen = await here.open(viewer);
    expect((await screen.next('hello')).data).toMatchObject({ positions: { staging: expect.any(String) } });
    expect(screen.text).not.toContain('production');
    await flip(here, 'on', [production]);
    await describeFlag(here, 'of the project');
    await flip(here, 'on', [staging, production], 'b');
    const { data } = await screen.next('change');
    expect(data).toMatchObject({ seq: 3, environments: [{ key: 'staging' }] });
    expect(screen.text).not.toContain('production');
  });

  it('lets in whoever may read the project, and nobody else', async () => {
    const [key, other] = [await here.house.newKey('server', projectId, staging), 'turnout_admin_nobody'];
    expect((await here.open(key)).status).toBe(403);
    expect((await here.open(other)).status).toBe(401);
    await seedProject(database.db, 'elsewhere', ['live'], []);
    const [elsewhere] = await database.db.select().from(projects).where(eq(projects.key, 'elsewhere'));
    expect((await here.open(await here.house.newToken(['admin'], elsewhere?.id ?? 0))).status).toBe(404);
  });

  it('goes on where a screen was that comes back, and says so where that is too long ago', async () => {
    for (const state of ['on', 'off', 'on'] as const) await flip(here, state);
    const back = await here.open(undefined, { 'last-event-id': '1' });
    expect((await back.next('hello')).data).toMatchObject({ seq: 3 });
    expect([(await back.next('change')).id, (await back.next('change')).id]).toEqual(['2', '3']);
    await flip(here, 'off');
    expect((await back.next('change')).id).toBe('4');
    expect(back.names.filter((name) => name === 'reset')).toEqual([]);
    for (const id of ['99', 'of-another-history']) {
      const lost = await here.open(undefined, { 'last-event-id': id });
      expect((await lost.next('reset')).data).toEqual({ seq: 4 });
      expect(lost.names.filter((name) => name === 'change')).toEqual([]);
    }
    for (let at = 0; at < 197; at++) await describeFlag(here, `${at}`);
    const long = await here.open(undefined, { 'last-event-id': '1' });
    for (let seq = 2; seq <= 201; seq++) expect((await long.next('change')).id).toBe(String(seq));
    const tooLong = await here.open(undefined, { 'last-event-id': '0' });
    expect((await tooLong.next('reset', 'change')).event).toBe('reset');
  }, 60_000);

  it('loses no change that is made while it opens, and tells none twice', async () => {
    const writing = (async () => {
      for (let at = 0; at < 30; at++) await flip(here, at % 2 === 0 ? 'on' : 'off');
    })();
    const screens = await Promise.all(
      Array.from({ length: 10 }, async (_, at) => {
        await new Promise((resolve) => setTimeout(resolve, at * 10));
        return here.open(undefined, { 'last-event-id': '0' });
      }),
    );
    await writing;
    for (const screen of screens) {
      for (let seq = 1; seq <= 30; seq++) expect((await screen.next('change')).id).toBe(String(seq));
    }
  });

  it('hears of what another node changed, and within seconds where no ring comes', async () => {
    const there = await node();
    const screen = await there.open();
    await screen.next('hello');
    await flip(here, 'on');
    expect((await screen.next('change')).id).toBe('1');
    joinNodes(here.node, there.node);
    await flip(here, 'off');
    expect((await screen.next('change')).id).toBe('2');
  });

  it('tells of a kill at once while the database is away, and again when the log has it', async () => {
    await here.node.rulesets.load(production);
    const quick = await node();
    const [screen, other] = [await here.open(), await quick.open()];
    await screen.next('hello');
    await other.next('hello');
    here.node.database.state = 'refused';
    const killing = killFlag(
      here.node.kill,
      { principal: root, reason: 'it burns' },
      { projectId, environment: { id: production, key: 'production' }, flag: 'a' },
    );
    const held = await screen.next('kill');
    expect(held.data).toEqual({ environment: 'production', flag: 'a', id: expect.any(String), state: 'held' });
    const late = await here.open();
    expect((await late.next('kill')).data).toEqual(held.data);
    here.node.database.state = 'there';
    const { id } = await killing;
    await here.node.settler.look();
    for (const one of [screen, late, other]) {
      expect((await one.next('kill')).data).toEqual({ environment: 'production', flag: 'a', id, state: 'in-log' });
    }
    await screen.next('change');
    const names: (string | undefined)[] = screen.events.map(({ event }) => event);
    expect(names.filter((name) => name === 'kill')).toHaveLength(2);
  }, 60_000);

  it('begins without a database, and is told to read again when there is one', async () => {
    here.node.database.state = 'refused';
    const screen = await here.open();
    expect((await screen.next('hello')).data).toMatchObject({ seq: null });
    here.node.database.state = 'there';
    expect((await screen.next('reset')).data).toEqual({ seq: 0 });
    await flip(here, 'on');
    expect((await screen.next('change')).id).toBe('1');
    expect(here.errors).toEqual([]);
  });

  it('ends with its token, and says why', async () => {
    const secret = await here.house.newToken(['viewer'], projectId);
    const [screen, other] = [await here.open(secret), await here.open()];
    await screen.next('hello');
    const found = here.house.house.list.findCredential(secret);
    here.house.house.list.revokeHere(typeof found === 'string' ? '' : found.id);
    await screen.next('revoked');
    await expect.poll(() => screen.ended).toBe(true);
    await flip(here, 'on');
    await other.next('change');
  });

  it('hears no more than its reader may, from the moment at which that changes', async () => {
    const secret = await here.house.newToken(['viewer'], projectId);
    const found = here.house.house.list.findCredential(secret);
    const id = typeof found === 'string' ? '' : found.id;
    const screen = await here.open(secret);
    await screen.next('hello');
    const set = async (row: Partial<typeof tokens.$inferInsert>) => {
      await database.db.update(tokens).set(row).where(eq(tokens.id, id));
      // Memory takes over what stands there now.
      await here.house.newToken(['viewer'], projectId);
    };
    await set({ environmentId: staging });
    await screen.next('reset');
    await flip(here, 'on', [production]);
    await flip(here, 'on', [staging]);
    expect((await screen.next('change')).data).toMatchObject({ seq: 2, environments: [{ key: 'staging' }] });
    await set({ roles: [] });
    await screen.next('revoked');
    await expect.poll(() => screen.ended).toBe(true);
  });

  it('ends for everybody when its project is archived', async () => {
    const archive = async (archivedAt: Date | null) => {
      await database.db.update(projects).set({ archivedAt }).where(eq(projects.id, projectId));
      await here.house.newToken(['viewer'], projectId);
    };
    const { headers } = await signIn();
    const token = await here.house.newToken(['viewer'], projectId);
    const screens = [await here.open(), await here.open(token), await here.open('', headers)];
    for (const screen of screens) await screen.next('hello');
    await archive(new Date());
    for (const screen of screens) {
      await screen.next('revoked');
      await expect.poll(() => screen.ended).toBe(true);
    }
    expect((await here.open()).status).toBe(404);
    await archive(null);
    expect((await here.open()).status).toBe(200);
  });

  it('ends with its session, though the database cannot be asked about it', async () => {
    const { session, headers } = await signIn();
    const screen = await here.open('', headers);
    await screen.next('hello');
    vi.spyOn(here.house.house.list, 'lookAgain').mockRejectedValue(new Problem('database_unavailable', 'It is away.'));
    await database.db.update(sessions).set({ endedAt: new Date() }).where(eq(sessions.id, session.row.id));
    await here.house.newToken(['viewer'], projectId);
    await screen.next('revoked');
    await expect.poll(() => screen.ended).toBe(true);
  });

  it('is not opened for whoever lost their right while it was on its way', async () => {
    const secret = await here.house.newToken(['viewer'], projectId);
    const { list } = here.house.house;
    const found = list.findCredential(secret);
    const environments = list.listEnvironments();
    vi.spyOn(list, 'listEnvironments').mockImplementationOnce(() => {
      list.revokeHere(typeof found === 'string' ? '' : found.id);
      return environments;
    });
    expect((await here.open(secret)).status).toBe(401);
    expect(here.live.count).toBe(0);
  });

  it('says goodbye when the node goes down, and opens no more', async () => {
    const screen = await here.open();
    await screen.next('hello');
    const draining = here.live.drain();
    expect((await screen.next('goodbye')).data).toEqual({ retryMs: expect.any(Number) });
    await draining;
    expect((await here.open()).status).toBe(503);
  });

  it('is not given without end: so many for each caller, and then 429 until one is closed', async () => {
    const screens = [];
    for (let at = 0; at < 32; at++) screens.push(await here.open());
    const refused = await here.open();
    expect([refused.status, refused.headers['retry-after']]).toEqual([429, '5']);
    const another = await here.open(await here.house.newToken(['viewer'], projectId));
    expect(another.status).toBe(200);
    screens[0]?.close();
    await expect.poll(async () => (await here.open()).status).toBe(200);
  });

  it('tells how many apps run, when that changes', async () => {
    const screen = await here.open();
    await here.node.rulesets.load(production);
    const none = { live: 0, laggard: 0, lost: 0 };
    expect((await screen.next('fleet')).data).toEqual({ environment: expect.any(String), counts: none });
    const key = { kind: 'key', keyKind: 'server', id: 'k', name: 'app', projectId, environmentId: production } as const;
    const principal = { ...key, origins: [], flags: null, tags: null };
    here.fleet.instances.opened(principal, { instance: 'instance-1', host: 'web-1', sdk: 'test' }, undefined);
    const isOne = async (): Promise<object> => {
      const { data } = await screen.next('fleet');
      const { environment, counts } = data as { environment: string; counts: typeof none };
      return environment === 'production' && counts.live + counts.laggard === 1 ? counts : isOne();
    };
    await isOne();
    const late = await here.open();
    await late.next('hello');
    expect((await late.next('fleet')).data).toBeDefined();
  });

  it('is told to read again where its reader was too slow for it', async () => {
    const screen = await here.open();
    await screen.next('hello');
    screen.pause();
    const long = 'x'.repeat(900);
    for (let round = 0; round < 40; round++) {
      await commitChange(
        here.node.door,
        {
          projectId,
          environmentIds: [],
          principal: root,
          action: `flag.${'y'.repeat(100_000)}`,
          subject: 'flag/a',
          reason: long,
        },
        async () => ({ result: undefined, touched: { flags: [], segments: [] }, before: {}, after: { round } }),
      );
    }
    // More than sockets and the bound hold together, so something found no room.
    await new Promise((resolve) => setTimeout(resolve, 300));
    screen.resume();
    const reset = await screen.next('reset');
    expect((reset.data as { seq: number }).seq).toBeGreaterThan(2);
    await flip(here, 'on');
    for (;;) if ((await screen.next('change')).id === '41') break;
  }, 60_000);
});
