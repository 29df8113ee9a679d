// A Postgres of one's own as a process, for whoever may not import this room: tells its parent the address, and ends
// with it.
import { startPrivatePostgres } from './private-postgres.ts';

const reasons: string[] = [];
const own = await startPrivatePostgres(reasons);
process.send?.(own === undefined ? { reasons } : { url: own.url });
const end = () => void (own?.stop() ?? Promise.resolve()).then(() => process.exit(0));
process.once('disconnect', end);
process.once('SIGTERM', end);
