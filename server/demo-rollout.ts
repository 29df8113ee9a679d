import { ask, type CallApi, PROJECT } from './demo.ts';

const FLAG = 'address-lookup';

/** By this the guard `alert` is tripped: a signal counts only for flags that its hook lists. */
const HOOK = { name: 'Alerts of the shop', source: 'alertmanager', environments: ['production'], flags: [FLAG] };

const METRICS = {
  'address.failed': { kind: 'rate', event: 'address-failed', direction: 'up' },
  'order.value': { kind: 'mean', event: 'order-placed', direction: 'down', unit: 'CHF', cap: 500 },
};

/** Written as a team would that has a few hundred visitors an hour: short bakes, and somebody who looks before half get it. */
const POLICY = `key: step-by-step
path:
  - environment: production
    stages:
      - { name: our own, audience: beta-testers, bake: 2m }
      - { name: a tenth, exposure: 10, bake: 10m, minUnits: 20 }
      - { name: half, exposure: 50, bake: 1h, minUnits: 150, approvals: [ { role: release-manager, count: 1, expires: 7d } ] }
      - { exposure: 100, bake: 1d }
guards:
  - { id: failures, metric: address.failed, kind: versus-control, margin: 20%, onFail: rollBack }
  - { id: limit, metric: address.failed, kind: absolute, limit: 15%, window: 10m, onFail: rollBack }
  - { id: orders, metric: order.value, kind: versus-control, margin: 5%, onFail: pause, mode: shadow }
  - { id: alert, signal: { severity: critical, service: shop }, environment: production, onFail: rollBack }
  - { id: arms, kind: sample-ratio }
gates:
  - { id: calm, incidentFree: 30m, at: every }
evidence: { maxAge: 30m, onNoData: hold, onError: hold }
deadline: { after: 7d, onDeadline: ask }
`;

/** A variant that is on its way while one looks: metrics, a hook, a policy, and a rollout by it. */
export async function makeRollout(call: CallApi): Promise<void> {
  for (const [key, metric] of Object.entries(METRICS)) {
    await ask(call, { method: 'PUT', path: `${PROJECT}/metrics/${key}`, body: metric });
  }
  // Two may have one name, and an earlier start may have come so far.
  const { body: hooks } = await call('GET', `${PROJECT}/hooks`);
  if (hooks.items?.length === 0) await ask(call, { method: 'POST', path: `${PROJECT}/hooks`, body: HOOK });
  await ask(call, {
    ...{ method: 'PUT', path: `${PROJECT}/policies/step-by-step` },
    body: { yaml: POLICY, reason: 'Agreed on after the last release' },
  });
  await ask(call, {
    ...{ method: 'POST', path: `${PROJECT}/rollouts` },
    body: { flag: FLAG, from: 'off', to: 'on', policy: 'step-by-step', reason: 'The lookup is quick enough now' },
  });
}
