const BRACES = /\{\d{1,4}(?:,\d{0,4})?\}/y;
const REPEAT = /^\{(\d+)(?:,(\d*))?\}$/;
const CLASS = /\[\^?\]?(?:\\.|\[:\^?[a-z]*:\]|[^\]\\])*\]?/sy;
const ESCAPE = /\\(?:[pPx]\{[^}]*\}|[pP].|.)?/sy;

/**
 * About how many instructions a pattern compiles to, told by its text alone: letters, classes and groups, multiplied
 * where they are repeated. Weighing a whole ruleset must cost less than compiling one.
 */
export function patternCost(pattern: string): number {
  const outer: number[] = [];
  let sum = 0;
  let last = 0;
  for (let at = 0; at < pattern.length; ) {
    const part = partAt(pattern, at);
    const repeat = REPEAT.exec(part);
    if (part === '(') {
      outer.push(sum);
      sum = 0;
      last = 0;
    } else if (part === ')') {
      last = sum + 2;
      sum = (outer.pop() ?? 0) + last;
    } else if (repeat !== null && last > 0) {
      const times = Math.max(Number(repeat[1]), Number(repeat[2] || 0), 1);
      sum += last * (times - 1);
      last *= times;
    } else {
      last = 1;
      sum += 1;
    }
    at += part.length;
  }
  return outer.reduce((all, one) => all + one, sum);
}

/** The escape, class, repetition or single character that stands at a place. */
function partAt(pattern: string, at: number): string {
  for (const shape of [ESCAPE, CLASS, BRACES]) {
    shape.lastIndex = at;
    const found = shape.exec(pattern);
    if (found !== null) return found[0];
  }
  return pattern[at] ?? '';
}
