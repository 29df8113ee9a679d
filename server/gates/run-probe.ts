import { type Outbound, OutboundFault } from '../platform/outbound.ts';
import type { ProbeGate } from '../policies/policy.ts';
import type { ProbeShot } from './probe.ts';

/** Calls the address of a probe once. Never throws: whatever goes wrong there is what it found. */
export async function runProbe(
  outbound: Outbound,
  { url, method, expect }: Pick<ProbeGate, 'url' | 'method' | 'expect'>,
): Promise<ProbeShot> {
  try {
    const { status } = await outbound.ask({ method, url });
    const { host } = new URL(url);
    if (status === expect) return { well: true, found: `${host} answered ${status}` };
    return { well: false, found: `${host} answered ${status} where ${expect} is expected` };
  } catch (error) {
    if (!(error instanceof OutboundFault)) throw error;
    return { well: false, found: error.message.replace(/\.$/, '') };
  }
}
