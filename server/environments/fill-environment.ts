import type { Tx } from '../database/connect.ts';

/**
 * Gives a new environment what a later room keeps for each environment: the flags room makes every existing flag known
 * there, off. Called inside the transaction that makes the environment, under the project's lock.
 */
export type FillEnvironment = (tx: Tx, environment: { projectId: number; environmentId: number }) => Promise<void>;
