// Loaded into the server's process by `prove -- flip`: tells the parent when each commit came back from the database.
import { subscribe } from 'node:diagnostics_channel';

subscribe('turnout:committed', (message) => {
  const { id } = message as { id: number };
  process.send?.({ committed: id, at: performance.timeOrigin + performance.now() });
});
