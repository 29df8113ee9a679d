import { proveCanary } from './prove/canary.ts';
import { buildHouse } from './prove/child.ts';
import { proveFalseAlarms } from './prove/false-alarms.ts';
import { proveFlagd } from './prove/flagd.ts';
import { proveFlip } from './prove/flip.ts';
import { proveGuesses } from './prove/guesses.ts';
import { proveHttp } from './prove/http.ts';
import { proveKill } from './prove/kill.ts';
import { proveNodes } from './prove/nodes.ts';
import { proveOutage } from './prove/outage.ts';
import { provePageKill } from './prove/page-kill.ts';
import { provePower } from './prove/power.ts';
import { proveRecall } from './prove/recall.ts';
import { proveScreen } from './prove/screen.ts';
import { proveTakeovers } from './prove/takeovers.ts';
import { proveUnits } from './prove/units.ts';
import { proveUnleash } from './prove/unleash.ts';

/** `npm run prove -- <name>`: makes a figure, and writes it with its method to docs/evidence. */
const PROOFS: Record<string, () => Promise<void>> = {
  http: proveHttp,
  flip: proveFlip,
  flagd: proveFlagd,
  outage: proveOutage,
  nodes: proveNodes,
  kill: proveKill,
  'page-kill': provePageKill,
  canary: proveCanary,
  guesses: proveGuesses,
  screen: proveScreen,
  unleash: proveUnleash,
  takeovers: proveTakeovers,
  units: proveUnits,
  'false-alarms': proveFalseAlarms,
  power: provePower,
  recall: proveRecall,
};

const [name] = process.argv.slice(2);
const proof = name !== undefined && Object.hasOwn(PROOFS, name) ? PROOFS[name] : undefined;
if (proof === undefined) {
  console.error(`npm run prove -- <name>, where the name is one of: ${Object.keys(PROOFS).join(', ')}`);
  process.exit(2);
}
buildHouse();
await proof();
