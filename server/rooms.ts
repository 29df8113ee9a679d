import { keyRoutes } from './access/key-routes.ts';
import { tokenRoutes } from './access/token-routes.ts';
import type { Room } from './app.ts';
import { changeRoutes, epochRoutes } from './changes/routes.ts';
import { killRoutes } from './delivery/kill-routes.ts';
import { environmentRoutes } from './environments/environment-routes.ts';
import { placeRoutes } from './environments/place-routes.ts';
import { projectRoutes } from './environments/project-routes.ts';
import { configurationRoutes } from './flags/configuration-routes.ts';
import { fillEnvironment } from './flags/fill-environment.ts';
import { flagRoutes } from './flags/flag-routes.ts';
import { flagUndoer } from './flags/undo-flag-change.ts';
import type { Parts } from './parts.ts';
import { segmentRoutes } from './segments/routes.ts';
import { segmentUndoer } from './segments/undo-segment-change.ts';

const IN_PROJECT = '/projects/:project';
const IN_ENVIRONMENT = `${IN_PROJECT}/environments/:environment`;

/** Every room's routes, and where they are mounted. */
export function listRooms(
  parts: Pick<Parts, 'house' | 'database' | 'clock' | 'commit' | 'revocations' | 'delivery'>,
): Room[] {
  const { clock, commit, revocations, delivery } = parts;
  const { list } = parts.house;
  const { door } = delivery;
  const keys = { db: parts.database.db, clock, commit, list, revocations };
  return [
    { path: '', routes: projectRoutes({ door, list }) },
    { path: '', routes: placeRoutes({ list }) },
    { path: IN_PROJECT, routes: environmentRoutes({ door, list, fillEnvironment }) },
    { path: IN_PROJECT, routes: tokenRoutes(keys) },
    { path: IN_ENVIRONMENT, routes: keyRoutes(keys) },
    { path: IN_PROJECT, routes: flagRoutes({ door }) },
    { path: IN_ENVIRONMENT, routes: configurationRoutes({ door }) },
    { path: IN_ENVIRONMENT, routes: killRoutes(delivery) },
    { path: IN_ENVIRONMENT, routes: segmentRoutes({ door }) },
    { path: IN_PROJECT, routes: changeRoutes({ door, list, undoers: [flagUndoer, segmentUndoer] }) },
    { path: IN_ENVIRONMENT, routes: epochRoutes({ door }) },
  ];
}
