import type { Evaluation, Flag, JsonValue, Metadata, Serve } from '@turnout/core';

/**
 * What one flag can answer, each answer written once. A flag has at most 32 variants and a handful of reasons, so the
 * texts are few, and they live exactly as long as the flag: a flag that a patch left alone keeps its identity and
 * with it its texts.
 */
export class FlagTexts {
  readonly #flag: Flag;
  readonly #fractional: boolean;
  readonly #byVariant = new Map<string | undefined, Map<string, string>>();
  #last: Evaluation | undefined;
  #lastText = '';

  constructor(flag: Flag) {
    this.#flag = flag;
    this.#fractional = flag.type === 'number' && isFractional(flag);
  }

  /** The OFREP item for this evaluation of the flag, as JSON. */
  write(evaluation: Evaluation): string {
    // Evaluations are made when compiling, so one that comes twice is the same object.
    if (evaluation === this.#last) return this.#lastText;
    this.#last = evaluation;
    this.#lastText = this.#find(evaluation);
    return this.#lastText;
  }

  #find(evaluation: Evaluation): string {
    let texts = this.#byVariant.get(evaluation.variant);
    if (texts === undefined) {
      texts = new Map();
      this.#byVariant.set(evaluation.variant, texts);
    }
    const outcome = evaluation.errorCode ?? evaluation.reason;
    let text = texts.get(outcome);
    if (text === undefined) {
      text = evaluation.errorCode === undefined ? this.#success(evaluation) : this.#failure(evaluation);
      texts.set(outcome, text);
    }
    return text;
  }

  #success(evaluation: Evaluation): string {
    const { key, reason, variant, value } = evaluation;
    const fields = [`"key":${JSON.stringify(key)}`];
    // A value that is missing or null is the caller's own default, and only then may the reason be DISABLED: the Go
    // client takes its default whenever it reads DISABLED, which would undo a kill that serves an off variant.
    if (variant === undefined || value === undefined || value === null) {
      fields.push(`"reason":"${reason === 'DISABLED' ? 'DISABLED' : 'DEFAULT'}"`);
    } else {
      fields.push(`"value":${this.#value(value)}`);
      fields.push(`"reason":"${reason === 'DISABLED' || reason === 'STALE' ? 'DEFAULT' : reason}"`);
      fields.push(`"variant":${JSON.stringify(variant)}`);
    }
    return `{${fields.join(',')}${metadataField(evaluation.metadata)}}`;
  }

  #failure(evaluation: Evaluation): string {
    const fields = [
      `"key":${JSON.stringify(evaluation.key)}`,
      `"errorCode":"${evaluation.errorCode}"`,
      `"errorDetails":${JSON.stringify(explainFailure(evaluation, this.#flag))}`,
    ];
    return `{${fields.join(',')}${metadataField(evaluation.metadata)}}`;
  }

  /** Typed clients tell an integer from a float by its digits, so a fractional flag writes its whole values as `1.0`. */
  #value(value: JsonValue): string {
    const text = JSON.stringify(value);
    return this.#fractional && /^-?[0-9]+$/.test(text) ? `${text}.0` : text;
  }
}

/** Only what the flag's author wrote. Evaluation has left out what is no scalar: clients refuse a null in there. */
function metadataField(metadata: Metadata): string {
  return Object.keys(metadata).length === 0 ? '' : `,"metadata":${JSON.stringify(metadata)}`;
}

/** Says what is wrong with this flag or this context, naming no other flag, no segment and no rule. */
function explainFailure(evaluation: Evaluation, flag: Flag): string {
  switch (evaluation.errorCode) {
    case 'TARGETING_KEY_MISSING':
      return 'This flag is split by context.targetingKey, which must be a string that is not empty.';
    case 'INVALID_CONTEXT':
      return `This flag is split by ${splitAttributes(flag)}, which the context must have as text or a number.`;
    case 'PARSE_ERROR':
      return 'This flag holds something that this version of Turnout does not know; the caller default holds.';
    default:
      return 'This flag cannot be evaluated: what it depends on leads back to itself.';
  }
}

function splitAttributes(flag: Flag): string {
  const serves: Serve[] = [...flag.rules.map((rule) => rule.serve), flag.fallthrough];
  const names = serves.flatMap((serve) => ('split' in serve ? [serve.split.by] : []));
  const others = [...new Set(names)].filter((name) => name !== 'targetingKey');
  return others.map((name) => `context.${name}`).join(' or ');
}

/** A variant with a fraction says so, or the author does: with `fractional: true` in the flag's metadata. */
function isFractional({ variants, metadata }: Flag): boolean {
  const isMarked = metadata !== undefined && Object.hasOwn(metadata, 'fractional') && metadata.fractional === true;
  return isMarked || Object.values(variants).some((value) => !Number.isInteger(value));
}
