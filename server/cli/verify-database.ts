import { existsSync } from 'node:fs';
import { findInstallationProject, readAccess } from '../access/access-store.ts';
import { verifyChain } from '../changes/verify-chain.ts';
import { readConfig } from '../config.ts';
import { openDatabase } from '../database/connect.ts';
import { type Shell, UsageFault } from './command.ts';
import type { Found } from './verify.ts';

/** Walks the chains of a database without a server: those of all projects, and the installation's own. */
export async function verifyDatabase(env: Shell['env'], project: string | undefined): Promise<Found> {
  const { database: address } = readConfig(env, []);
  if ('folder' in address && !existsSync(address.folder)) {
    throw new UsageFault(`There is no database in ${address.folder}: set DATA_DIR or DATABASE_URL.`);
  }
  const database = await openDatabase(address);
  try {
    const { db } = database;
    const chains = (await readAccess(db)).projects.map(({ id, key }) => ({ id, key }));
    chains.push({ id: await findInstallationProject(db), key: '.installation' });
    const wanted = chains.filter(({ key }) => project === undefined || key === project);
    if (wanted.length === 0) throw new UsageFault(`There is no project ${project}.`);
    const found: Found = {};
    for (const { id, key } of wanted) found[key] = await verifyChain(db, id);
    return found;
  } finally {
    await database.close();
  }
}
