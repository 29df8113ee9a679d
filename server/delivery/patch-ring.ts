import type { PatchFrame } from './served.ts';

export interface RingLimits {
  /** Patches kept of one environment, and their bytes. */
  frames: number;
  bytes: number;
  /** Bytes of all environments together. */
  nodeBytes: number;
}

export const RING_LIMITS: RingLimits = { frames: 512, bytes: 2 << 20, nodeBytes: 64 << 20 };

interface Kept {
  frames: PatchFrame[];
  bytes: number;
}

/**
 * The recent patches of each environment, so that a stream that was away for a moment goes on from where it was. The
 * frames of an environment lead on from one another without a gap, up to what is served.
 */
export class PatchRings {
  readonly #limits: RingLimits;
  readonly #kept = new Map<number, Kept>();
  #bytes = 0;

  constructor(limits: RingLimits = RING_LIMITS) {
    this.#limits = limits;
  }

  /** Bytes held of all environments. */
  get bytes(): number {
    return this.#bytes;
  }

  append(environmentId: number, frames: readonly PatchFrame[]): void {
    const kept = this.#kept.get(environmentId) ?? { frames: [], bytes: 0 };
    this.#kept.set(environmentId, kept);
    for (const frame of frames) {
      if (kept.frames.at(-1)?.to !== frame.from) this.#drop(kept, kept.frames.length);
      kept.frames.push(frame);
      kept.bytes += sizeOf(frame);
      this.#bytes += sizeOf(frame);
    }
    while (kept.frames.length > this.#limits.frames || kept.bytes > this.#limits.bytes) this.#drop(kept, 1);
    while (this.#bytes > this.#limits.nodeBytes) this.#drop(this.#largest(), 1);
  }

  /** Another history begins, or the environment is not held any more. */
  clear(environmentId: number): void {
    const kept = this.#kept.get(environmentId);
    if (kept !== undefined) this.#drop(kept, kept.frames.length);
    this.#kept.delete(environmentId);
  }

  /** What leads from `from` to the latest; undefined where the ring does not reach back that far. */
  since(environmentId: number, from: string): readonly PatchFrame[] | undefined {
    const frames = this.#kept.get(environmentId)?.frames ?? [];
    // Whoever resumes was seldom away for long.
    for (let i = frames.length - 1; i >= 0; i--) if (frames[i]?.from === from) return frames.slice(i);
    return undefined;
  }

  #largest(): Kept {
    let largest: Kept = { frames: [], bytes: -1 };
    for (const kept of this.#kept.values()) if (kept.bytes > largest.bytes) largest = kept;
    return largest;
  }

  #drop(kept: Kept, count: number): void {
    for (const frame of kept.frames.splice(0, count)) {
      kept.bytes -= sizeOf(frame);
      this.#bytes -= sizeOf(frame);
    }
  }
}

/** JavaScript keeps a text in one or two bytes a character; patches are nearly always of the first kind. */
function sizeOf(frame: PatchFrame): number {
  return frame.text.length + frame.from.length + frame.to.length;
}
