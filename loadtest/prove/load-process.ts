// The other end of `runLoad`: takes one order at a time from its parent and answers with what came of it. A process
// of its own, so that the load does not share a core's thread with whoever is measured.
import { type LoadOrder, putLoad } from './put-load.ts';

process.on('message', (order: LoadOrder) => {
  putLoad(order).then(
    (result) => process.send?.({ result }),
    (error: Error) => process.send?.({ error: error.message }),
  );
});
process.on('disconnect', () => process.exit(0));
