import { randomBytes } from 'node:crypto';
import postgres from 'postgres';

/** An empty database of its own on the tests' Postgres. */
export interface FreshDatabase {
  url: string;
  drop(): Promise<void>;
}

export async function freshDatabase(): Promise<FreshDatabase> {
  const address = new URL(process.env.TEST_DATABASE_URL ?? '');
  const admin = postgres(address.href, { max: 1, onnotice: () => undefined });
  const name = `turnout_e2e_${randomBytes(5).toString('hex')}`;
  await admin.unsafe(`CREATE DATABASE ${name}`);
  address.pathname = `/${name}`;
  return {
    url: address.href,
    drop: async () => {
      await admin.unsafe(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
      await admin.end();
    },
  };
}
