import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { changePayloads, environments, idempotentAnswers, keys } from '../database/tables.ts';
import { databaseKinds, openTestDatabase, type TestDatabase } from '../database/test-database.ts';
import { systemClock } from '../platform/clock.ts';
import { AccessList } from './access-list.ts';
import { placeOfContextSecret } from './context-rule.ts';
import { type KeyHouse, keyHouse } from './keys.fixture.ts';
import type { KeyPrincipal } from './principal.ts';

const KEYS = '/projects/shop/environments/production/keys';
const SHARED = 'shared-with-the-page-of-the-shop-1';
const OTHER = 'shared-with-the-page-of-the-shop-2';
const COMMON = { mode: 'signed', issuer: 'https://id.example', audience: 'shop' };
const BY_KEYS = { ...COMMON, algorithms: ['ES256'], jwksUrl: 'https://id.example/keys' };
const BY_SECRET = { ...COMMON, secret: SHARED };

describe.each(databaseKinds)('client keys with signed contexts on the %s database', (kind) => {
  let database: TestDatabase;
  let house: KeyHouse;
  beforeAll(async () => {
    database = await openTestDatabase(kind);
  });
  beforeEach(async () => {
    await database.reset();
    house = await keyHouse(database);
  });
  afterAll(() => database?.close());

  const make = (context?: object, over: object = {}, headers = {}) =>
    house.ask('POST', KEYS, { kind: 'client', name: 'page', context, ...over }, house.root, headers);
  const edit = (id: string, context: object, secret = house.root, headers = {}) =>
    house.ask('PATCH', `${KEYS}/${id}`, { context }, secret, headers);
  const principalOf = (secret: string, list = house.house.list) => list.findCredential(secret) as KeyPrincipal;
  const openSecret = ({ id, context }: KeyPrincipal) =>
    house.parts.secrets.unseal(placeOfContextSecret(id), context?.sealed ?? '');
  const protect = () => database.db.update(environments).set({ protected: true });

  it('are open unless somebody says otherwise, and other keys have no contexts to sign', async () => {
    const { body } = await make();
    expect(body.key.context).toEqual({ mode: 'open' });
    expect(principalOf(body.secret)).not.toHaveProperty('context');
    const server = await make(undefined, { kind: 'server' });
    expect(server.body.key.context).toBeNull();
    expect((await make(BY_KEYS, { kind: 'server' })).body).toMatchObject({
      status: 422,
      errors: [{ path: '/context' }],
    });
    expect((await edit(server.body.key.id, BY_KEYS)).body).toMatchObject({
      status: 422,
      errors: [{ path: '/context' }],
    });
  });

  it('keep the secret that they share sealed: in no answer, no entry of the log, no kept answer and no row', async () => {
    const headers = { 'idempotency-key': 'k' };
    const made = await make(BY_SECRET, {}, headers);
    expect(made.body.key.context).toEqual({
      ...{ ...COMMON, algorithms: ['HS256'], jwksUrl: null, bodyAttributes: [] },
      secretSetAt: expect.stringMatching(/Z$/),
    });
    const { id } = made.body.key;
    const again = await make(BY_SECRET, {}, headers);
    const edited = await edit(id, { secret: OTHER });
    const rotated = await house.ask('POST', `${KEYS}/${id}/rotate`, {});
    const texts = JSON.stringify([
      ...[made, again, edited, rotated, await house.ask('GET', KEYS), house.house.list.toDisk()],
      ...[await database.db.select().from(changePayloads), await database.db.select().from(idempotentAnswers)],
      await database.db.select().from(keys),
    ]);
    for (const secret of [SHARED, OTHER]) expect(texts).not.toContain(secret);
    expect(openSecret(principalOf(rotated.body.secret))).toBe(OTHER);
  });

  it('are changed field by field, by who knows the newest version, and the log has both states', async () => {
    const { body } = await make(BY_SECRET);
    const { id } = body.key;
    expect((await edit(id, { bodyAttributes: ['screen'] }, house.root, { 'if-match': '"v1"' })).body.key).toMatchObject(
      {
        ...{
          version: 2,
          context: { ...COMMON, bodyAttributes: ['screen'], secretSetAt: body.key.context.secretSetAt },
        },
      },
    );
    expect((await edit(id, { audience: 'x' }, house.root, { 'if-match': '"v1"' })).status).toBe(412);
    const byKeys = await edit(id, { jwksUrl: 'https://id.example/keys', algorithms: ['RS256', 'PS256'] });
    expect(byKeys.body.key.context).toMatchObject({ algorithms: ['RS256', 'PS256'], secretSetAt: null });
    expect(principalOf(body.secret).context).toMatchObject({ sealed: null, jwksUrl: 'https://id.example/keys' });
    expect((await edit(id, byKeys.body.key.context)).body).not.toHaveProperty('change');
    expect((await edit(id, { secret: OTHER })).body.key.context).toMatchObject({
      algorithms: ['HS256'],
      jwksUrl: null,
    });
    expect(openSecret(principalOf(body.secret))).toBe(OTHER);
    expect((await edit(id, { mode: 'open' })).body.key.context).toEqual({ mode: 'open' });
    expect(principalOf(body.secret)).not.toHaveProperty('context');
    const [row] = await database.db.select().from(keys);
    expect(row).toMatchObject({ context: null, contextSealed: null, contextSealedAt: null });
    const log = await database.db.select().from(changePayloads);
    expect(JSON.parse(log.at(-1)?.body ?? '')).toMatchObject({
      ...{ before: { context: { mode: 'signed' } }, after: { context: { mode: 'open' } } },
    });
  });

  it('keep their rule when they are rotated', async () => {
    const { body } = await make({ ...BY_KEYS, bodyAttributes: ['screen'] });
    const rotated = await house.ask('POST', `${KEYS}/${body.key.id}/rotate`, {});
    expect(rotated.body.key.context).toEqual(body.key.context);
    expect(principalOf(rotated.body.secret).context).toEqual(principalOf(body.secret).context);
  });

  const wrong: [object, string][] = [
    [{ ...BY_KEYS, mode: undefined }, '/context/mode'],
    [{ ...BY_KEYS, mode: 'closed' }, '/context/mode'],
    [{ mode: 'open', issuer: 'x' }, '/context/issuer'],
    [{ ...BY_KEYS, issuer: undefined }, '/context/issuer'],
    [{ ...BY_KEYS, audience: '' }, '/context/audience'],
    [{ ...BY_KEYS, jwksUrl: undefined }, '/context/jwksUrl'],
    [{ ...BY_KEYS, jwksUrl: 'id.example/keys' }, '/context/jwksUrl'],
    [{ ...BY_KEYS, jwksUrl: 'https://me:secret@id.example/keys' }, '/context/jwksUrl'],
    [{ ...BY_KEYS, secret: SHARED }, '/context/secret'],
    [{ ...BY_KEYS, algorithms: undefined }, '/context/algorithms'],
    [{ ...BY_KEYS, algorithms: [] }, '/context/algorithms'],
    [{ ...BY_KEYS, algorithms: ['none'] }, '/context/algorithms/0'],
    [{ ...BY_KEYS, algorithms: ['ES256', 'HS256'] }, '/context/algorithms'],
    [{ ...BY_SECRET, algorithms: ['RS256'] }, '/context/algorithms'],
    [{ ...BY_SECRET, secret: 'too short' }, '/context/secret'],
    [{ ...BY_KEYS, bodyAttributes: ['targetingKey'] }, '/context/bodyAttributes/0'],
    [{ ...BY_KEYS, kid: 'k' }, '/context/kid'],
  ];
  it('say what is wrong with a rule, field by field, and nothing is made of it', async () => {
    for (const [context, path] of wrong) {
      const { body } = await make(context);
      expect(body, path).toMatchObject({ status: 422, errors: [{ path }] });
      expect(JSON.stringify(body)).not.toContain(SHARED);
    }
    expect(await database.db.select().from(keys)).toHaveLength(0);
  });

  it('are known with their rule from disk alone', async () => {
    const { body } = await make(BY_SECRET);
    const saved = JSON.parse(JSON.stringify(house.house.list.toDisk()));
    const away = new AccessList({ db: house.parts.db, clock: systemClock, rootVerifier: undefined });
    away.fromDisk(saved);
    expect(openSecret(principalOf(body.secret, away))).toBe(SHARED);
    expect(principalOf(body.secret, away).context).toMatchObject({ issuer: COMMON.issuer, algorithms: ['HS256'] });
  });

  it('in a protected environment one admin signs and narrows alone, and trusts more only with a second one', async () => {
    const admin = await house.newToken(['admin'], house.shop.projectId);
    await protect();
    const { body } = await make(undefined, {});
    const { id } = body.key;
    const both = { ...BY_KEYS, algorithms: ['ES256', 'RS256'], bodyAttributes: ['screen'] };
    expect((await edit(id, both, admin)).status).toBe(200);
    expect((await edit(id, { algorithms: ['ES256'], bodyAttributes: [] }, admin)).status).toBe(200);
    const more: object[] = [
      ...[{ mode: 'open' }, { issuer: 'https://evil.example' }, { audience: 'x' }, { secret: SHARED }],
      ...[{ jwksUrl: 'https://evil.example/keys' }, { algorithms: ['ES256', 'RS256'] }, { bodyAttributes: ['plan'] }],
    ];
    for (const context of more) {
      expect((await edit(id, context, admin)).body, JSON.stringify(context)).toMatchObject({
        ...{ status: 409, code: 'approval_required' },
      });
    }
    expect((await house.ask('PATCH', `${KEYS}/${id}`, { name: 'shop' }, admin)).status).toBe(200);
    expect((await edit(id, { mode: 'open' })).status).toBe(200);
  });
});
