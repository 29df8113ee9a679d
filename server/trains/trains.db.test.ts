import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { departures } from '../database/tables.ts';
import { type BoardingWorld, openBoardingWorld } from './boarding.fixture.ts';

const WEEKLY = { velocity: { kind: 'train', rule: '0 10 * * 3', zone: 'Europe/Zurich' }, cutOff: '4h' };

describe('trains', () => {
  let world: BoardingWorld;
  beforeAll(async () => {
    world = await openBoardingWorld(['cart', 'hero']);
  });
  afterAll(() => world.database.close());

  const make = (who: Parameters<BoardingWorld['ask']>[0], over: object) =>
    world.ask(who, 'POST', '/trains', { environment: 'production', ...over });

  it('are made by release managers, with their first departure', async () => {
    expect((await make(world.ed, { key: 'weekly', ...WEEKLY })).status).toBe(403);
    const made = await make(world.rita, { key: 'weekly', ...WEEKLY });
    expect(made.status).toBe(201);
    expect(made.body.train).toMatchObject({ says: 'Wednesdays at 10:00, Europe/Zurich', cutOff: '4h', version: 1 });
    expect(made.body.train.ahead).toHaveLength(5);
    const board = (await world.ask(world.viola, 'GET', '/board')).body;
    expect(board.departures).toMatchObject([{ train: 'weekly', number: 1, state: 'boarding', aboard: 0 }]);
    expect((await make(world.rita, { key: 'weekly', ...WEEKLY })).body.code).toBe('duplicate');
  });

  it.each([
    ['/velocity/rule', { velocity: { kind: 'train', rule: 'now and then', zone: 'UTC' } }],
    ['/velocity/zone', { velocity: { kind: 'train', rule: '0 10 * * 3', zone: 'Atlantis' } }],
    ['/velocity/at', { velocity: { kind: 'deadline', at: '2020-01-01T00:00:00Z' } }],
    ['/cutOff', { velocity: { kind: 'continuous' }, cutOff: '4h' }],
    ['/opens', { ...WEEKLY, opens: '4h' }],
  ])('name %s where it is wrong', async (path, over) => {
    const refused = await make(world.rita, { key: 'wrong', ...over });
    expect(refused.status).toBe(422);
    expect(refused.body.errors.map((one: { path: string }) => one.path)).toContain(path);
  });

  it('do not tell of a moment whose departure has left before it', async () => {
    await make(world.rita, { key: 'early', velocity: { kind: 'train', rule: '30 8 * * 4', zone: 'UTC' } });
    const ahead = async () => (await world.ask(world.viola, 'GET', '/trains/early')).body.ahead;
    const [first, second] = await ahead();
    await world.database.db
      .update(departures)
      .set({ state: 'recalled', departedAt: world.now(), endedAt: world.now() })
      .where(eq(departures.leavesAt, new Date(first.leavesAt)));
    expect(await ahead()).toMatchObject([second, {}, {}, {}, {}]);
    const { trains } = (await world.ask(world.viola, 'GET', '/board')).body;
    expect(trains.find(({ key }: { key: string }) => key === 'early').ahead[0]).toEqual(second);
  });

  it('have no deadline in a freeze', async () => {
    const day = (count: number) => new Date(world.now().getTime() + count * 86_400_000).toISOString();
    await world.ask(world.root, 'POST', '/freezes', { name: 'Holidays', from: day(20), to: day(30), reason: 'rest' });
    const refused = await make(world.rita, { key: 'frozen', velocity: { kind: 'deadline', at: day(25) } });
    expect(refused.body.errors[0]).toMatchObject({ path: '/velocity/at', code: 'frozen' });
    expect((await make(world.rita, { key: 'launch', velocity: { kind: 'deadline', at: day(40) } })).status).toBe(201);
    const { skipped } = (await world.ask(world.viola, 'GET', '/trains/weekly')).body;
    for (const one of skipped) expect(one.freeze).toBe('Holidays');
  });

  it('tell of a freeze that came over a departure which was made before it', async () => {
    const own = async () => [
      (await world.ask(world.viola, 'GET', '/board')).body.departures.find(isLaunch),
      (await world.ask(world.viola, 'GET', '/trains/launch/departures')).body.items[0],
      (await world.ask(world.viola, 'GET', '/trains/launch/departures/1')).body,
    ];
    const isLaunch = ({ train }: { train: string }) => train === 'launch';
    const at = new Date((await own())[0].leavesAt).getTime();
    const [from, to] = [-60_000, 60_000].map((ms) => new Date(at + ms).toISOString());
    const freeze = { name: 'Sale', from, to, reason: 'sale' };
    await world.ask(world.root, 'POST', '/freezes', { ...freeze, name: 'Web only', tags: ['web'] });
    for (const { says } of await own()) expect(says).toMatch(/^Boarding until /);
    await world.ask(world.root, 'POST', '/freezes', freeze);
    for (const { says } of await own()) {
      expect(says).toMatch(
        /^The freeze “Sale” holds at its time, until .* UTC: it will be missed, and there is no next\.$/,
      );
    }
  });

  it('keep the times of a departure that somebody has boarded when they are edited', async () => {
    await make(world.rita, { key: 'edited', ...WEEKLY });
    const first = async () => (await world.ask(world.viola, 'GET', '/trains/edited/departures')).body.items.at(-1);
    const velocity = { kind: 'train', rule: '0 12 * * 4', zone: 'UTC' };
    const edited = await world.ask(world.rita, 'PATCH', '/trains/edited', { velocity }, { 'if-match': '"v1"' });
    expect(edited.body.train).toMatchObject({ says: 'Thursdays at 12:00, UTC', version: 2 });
    expect(new Date((await first()).leavesAt).getUTCDay()).toBe(4);
    await world.board(world.ed, 'edited', 'cart');
    const { leavesAt } = await first();
    await world.ask(world.rita, 'PATCH', '/trains/edited', { velocity: { kind: 'continuous' }, cutOff: null });
    expect((await first()).leavesAt).toBe(leavesAt);
    const stale = await world.ask(world.rita, 'PATCH', '/trains/edited', { name: 'x' }, { 'if-match': '"v1"' });
    expect(stale.body).toMatchObject({ status: 412, current: { key: 'edited', version: 3 } });
    const archived = await world.ask(world.rita, 'POST', '/trains/edited/archive', {});
    expect(archived.body.detail).toBe('edited 1 has changes aboard: a train is archived when none is.');
  });

  it('are stopped by anybody with a reason, and started again by a release manager', async () => {
    await make(world.rita, { key: 'line', velocity: { kind: 'continuous' } });
    expect((await world.ask(world.viola, 'POST', '/trains/line/stop', {})).body.errors[0].path).toBe('/reason');
    const stopped = await world.ask(world.viola, 'POST', '/trains/line/stop', { reason: 'The till fails' });
    expect(stopped.body.train.stopped).toMatchObject({ byName: 'Viola', reason: 'The till fails' });
    const again = await world.ask(world.ed, 'POST', '/trains/line/stop', { reason: 'So do the doors' });
    expect(again.body.train.stopped.reason).toBe('The till fails');
    const { departures } = (await world.ask(world.viola, 'GET', '/board')).body;
    expect(departures.find(({ train }: { train: string }) => train === 'line').says).toBe(
      'The line is stopped: The till fails',
    );
    expect((await world.ask(world.ed, 'POST', '/trains/line/start', { reason: 'ok' })).status).toBe(403);
    expect((await world.ask(world.rita, 'POST', '/trains/line/start', { reason: 'ok' })).body.train.stopped).toBeNull();
  });

  it('are put away when nobody is aboard, and shown to nobody who does not see their environment', async () => {
    const [staging = 0] = world.environmentIds;
    const gil = await world.person('Gil', ['release-manager'], { environmentId: staging });
    await make(world.rita, { key: 'gone', ...WEEKLY });
    expect((await world.ask(gil, 'GET', '/trains/gone')).status).toBe(404);
    expect((await world.ask(gil, 'POST', '/trains/gone/stop', { reason: 'x' })).status).toBe(404);
    expect((await world.ask(gil, 'GET', '/board')).body).toMatchObject({ trains: [], departures: [], owed: [] });
    expect((await make(gil, { key: 'hers', ...WEEKLY })).status).toBe(404);
    expect((await make(gil, { key: 'his', ...WEEKLY, environment: 'staging' })).status).toBe(201);
    const archived = await world.ask(world.rita, 'POST', '/trains/gone/archive', {});
    expect(archived.body.train).toMatchObject({ archived: true, ahead: [] });
    expect((await world.board(world.ed, 'gone', 'hero')).status).toBe(409);
    const listed = (await world.ask(world.viola, 'GET', '/trains')).body.items;
    expect(listed.map(({ key }: { key: string }) => key)).toEqual([
      'early',
      'edited',
      'his',
      'launch',
      'line',
      'weekly',
    ]);
  });
});
