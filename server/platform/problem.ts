/**
 * Everything that can go wrong in a way that a caller should hear of. The union is closed: a new code is a change of
 * the wire, and the compiler names every place that must know it.
 */
export const PROBLEMS = {
  bad_json: [400, 'The body is not JSON'],
  bad_encoding: [400, 'The body is not UTF-8'],
  too_deep: [400, 'The body is nested too deeply'],
  bad_request: [400, 'The request cannot be read'],
  unauthorized: [401, 'Who are you?'],
  sign_in_refused: [401, 'Login or password is wrong'],
  forbidden: [403, 'A right is missing'],
  leaked_key: [403, 'A server key came from a browser'],
  cross_site: [403, 'The request came from elsewhere'],
  https_required: [403, 'Signing in needs https'],
  link_over: [403, 'This link does not work any more'],
  not_found: [404, 'Not found'],
  method_not_allowed: [405, 'This method is not offered here'],
  duplicate: [409, 'It exists already'],
  flag_killed: [409, 'The flag is killed'],
  flag_archived: [409, 'The flag is archived'],
  flag_in_use: [409, 'Something still names it'],
  segment_in_use: [409, 'Something still names it'],
  wrong_state: [409, 'Not possible in the present state'],
  changed_since: [409, 'It was changed since'],
  rollout_live: [409, 'A live rollout owns this'],
  lease_lost: [409, 'Another node acts now'],
  approval_required: [409, 'This needs an approval'],
  frozen: [409, 'A freeze holds here'],
  undo_of_kill: [409, 'A kill is lifted by restore'],
  stale_version: [412, 'Somebody changed it first'],
  too_large: [413, 'The body is too large'],
  bad_media_type: [415, 'This kind of body is not accepted'],
  invalid: [422, 'Some fields are not right'],
  idempotency_mismatch: [422, 'The idempotency key was used with another body'],
  if_match_required: [428, 'If-Match is missing'],
  too_many: [429, 'Too many requests'],
  internal: [500, 'Something broke here'],
  busy: [503, 'Busy'],
  database_unavailable: [503, 'The database cannot be asked'],
  unavailable: [503, 'Not ready'],
} as const satisfies Record<string, readonly [number, string]>;

export type ProblemCode = keyof typeof PROBLEMS;

/** One fault of one field. `path` is a JSON pointer into the body; `expected` says what would be right. */
export interface FieldFault {
  path: string;
  code: string;
  expected: string;
  /** Where it stands in a text, both from 1; only where a text was sent. */
  line?: number;
  column?: number;
}

export interface ProblemExtra {
  errors?: FieldFault[];
  /** The newer object, with 412. */
  current?: unknown;
  retryAfterSeconds?: number;
  cause?: unknown;
}

/** The server's one error that callers see: RFC 9457 on the wire. */
export class Problem extends Error {
  readonly code: ProblemCode;
  readonly status: number;
  readonly extra: ProblemExtra;

  /** `detail` is a sentence for a person: what is wrong, and what to do. */
  constructor(code: ProblemCode, detail: string, extra: ProblemExtra = {}) {
    super(detail, extra.cause === undefined ? undefined : { cause: extra.cause });
    this.name = 'Problem';
    this.code = code;
    this.status = PROBLEMS[code][0];
    this.extra = extra;
  }

  /** The body of `application/problem+json`. */
  toBody(): Record<string, unknown> {
    const { errors, current } = this.extra;
    return {
      type: `/problems/${this.code}`,
      title: PROBLEMS[this.code][1],
      status: this.status,
      code: this.code,
      detail: this.message,
      ...(errors ? { errors } : {}),
      ...(current === undefined ? {} : { current }),
    };
  }
}

/** A problem of fields: 422 with every fault that was found, not the first alone. */
export function invalid(errors: FieldFault[]): Problem {
  const first = errors[0];
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : '';
  return new Problem('invalid', first ? `${first.path || '/'}: expected ${first.expected}${more}` : 'invalid', {
    errors,
  });
}
