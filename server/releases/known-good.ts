import { type GoodForm, type Proof, type ReleasedFlag, STOOD_MS } from './release.ts';

/** Since when a form of a flag is in force. */
export interface Standing {
  served: string;
  since: Date;
}

/** What is known of the forms of an environment's flags, by flag. */
export interface KnownForms {
  goods: ReadonlyMap<string, readonly GoodForm[]>;
  inForce: ReadonlyMap<string, Standing>;
}

/** Whether a form is known to be good, by what, and why or why not, as a sentence. */
export interface Judged {
  good: boolean;
  proof: 'off' | Proof | null;
  because: string;
}

/** A flag of a release that is not known to be good. */
export interface Unproven {
  flag: string;
  because: string;
}

/**
 * Whether the form of a flag in a release is known to be good. What is found against a form counts for every release that
 * has it, and until it is proven anew: by another run of it, or by standing as long again.
 */
export function judgeForm(
  flag: string,
  released: Pick<ReleasedFlag, 'served' | 'off' | 'killed'>,
  { goods, inForce }: KnownForms,
  now: Date,
): Judged {
  if (released.killed) return good('off', 'It was killed: nobody got anything but its off variant.');
  if (released.off) return good('off', 'It was off: nobody got anything but its off variant.');
  const known = goods.get(flag)?.find(({ served }) => served === released.served);
  const standing = inForce.get(flag);
  const stands = standing?.served === released.served ? standing : undefined;
  if (known !== undefined && isProven(known)) return good(known.proof, sayProof(known));
  if (stands !== undefined && hasStood(stands, known, now)) {
    return good('stood', `It is in force since ${day(stands.since)}, with nothing found against it.`);
  }
  if (known !== undefined && known.revokedAt !== null) {
    return bad(`${known.revokedBecause ?? 'Something was found against it.'} That was on ${day(known.revokedAt)}.`);
  }
  if (stands === undefined)
    return bad('No rollout of it has finished with its guards passed, and it did not stand for 7 days.');
  const days = Math.floor((now.getTime() - stands.since.getTime()) / 86_400_000);
  return bad(`No rollout of it has finished with its guards passed, and it stands for ${days} of 7 days.`);
}

/** Whether a form has been in force for so long since it came, or since the last thing that was found against it. */
export function hasStood({ since }: Standing, known: Pick<GoodForm, 'revokedAt'> | undefined, now: Date): boolean {
  const from = Math.max(since.getTime(), known?.revokedAt?.getTime() ?? 0);
  return now.getTime() - from >= STOOD_MS;
}

/** The flags of a release that are not known to be good, most telling first; none: it is known good. */
export function findUnproven(flags: Readonly<Record<string, ReleasedFlag>>, known: KnownForms, now: Date): Unproven[] {
  const unproven: (Unproven & { rank: number })[] = [];
  for (const [flag, released] of Object.entries(flags)) {
    const { good: isGood, because } = judgeForm(flag, released, known, now);
    if (!isGood) unproven.push({ flag, because, rank: rankOf(flag, released, known) });
  }
  unproven.sort((a, b) => a.rank - b.rank || (a.flag < b.flag ? -1 : 1));
  return unproven.map(({ flag, because }) => ({ flag, because }));
}

/** What something was found against comes first, and then what nothing but time would prove. */
function rankOf(flag: string, { served }: ReleasedFlag, { goods, inForce }: KnownForms): number {
  if (goods.get(flag)?.some((one) => one.served === served && one.revokedAt !== null)) return 0;
  return inForce.get(flag)?.served === served ? 2 : 1;
}

function isProven(known: GoodForm): known is GoodForm & { proof: Proof; provenAt: Date } {
  const { proof, provenAt, revokedAt } = known;
  return proof !== null && provenAt !== null && revokedAt === null;
}

function sayProof({ proof, proofId, provenAt }: GoodForm & { provenAt: Date }): string {
  return proof === 'run'
    ? `The run ${proofId} of it finished on ${day(provenAt)}, with its guards passed.`
    : `It stood for at least 7 days until ${day(provenAt)}, with nothing found against it.`;
}

const good = (proof: Judged['proof'], because: string): Judged => ({ good: true, proof, because });
const bad = (because: string): Judged => ({ good: false, proof: null, because });
const day = (at: Date) => at.toISOString().slice(0, 10);
