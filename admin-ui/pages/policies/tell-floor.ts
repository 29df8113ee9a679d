import type { FloorDocument } from '@turnout/server/contracts';

/** What a floor asks, one thing a line. */
export function tellFloor({ bake, firstExposure, alpha, guards, gates, approvals }: FloorDocument): string[] {
  return [
    ...(bake === undefined ? [] : [`each stage bakes ${bake} at least`]),
    ...(firstExposure === undefined ? [] : [`the first exposure is ${firstExposure} % at most`]),
    ...(alpha === undefined ? [] : [`alpha is ${alpha} at least, so that its guards are not deaf`]),
    ...guards.map((guard) => {
      const about = 'metric' in guard ? ` of ${guard.metric}` : '';
      return `a guard at least as strict as ${guard.id}: ${guard.kind}${about}, ${guard.onFail}`;
    }),
    ...gates.map(({ id }) => `a gate that asks for what ${id} does`),
    ...approvals.map(
      ({ role, count }) => `an approval by ${count === 1 ? `a ${role}` : `${count} of ${role}`} before some stage`,
    ),
  ];
}
