/** Keys of flags, segments, environments and projects. No `/`, no leading `.` or `-`: every router can carry them. */
export const OBJECT_KEY = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/;

/** `constructor` is a key like any other, since look-ups are safe; `__proto__` is refused by name. */
export function isObjectKey(text: string): boolean {
  return OBJECT_KEY.test(text) && text !== '__proto__';
}
