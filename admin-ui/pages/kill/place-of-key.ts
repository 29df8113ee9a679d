type Pressed = Pick<KeyboardEvent, 'code' | 'altKey' | 'ctrlKey' | 'metaKey' | 'shiftKey'>;

/** The environment that a key press chooses: Alt and its number, for a number alone may belong to what is typed. */
export function placeOfKey(event: Pressed, places: readonly { key: string }[]): string | undefined {
  // By the place on the keyboard: with Alt, some keyboards write another sign than the number.
  const digit = /^(?:Digit|Numpad)([1-9])$/.exec(event.code)?.[1];
  if (digit === undefined || !event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return undefined;
  return places[Number(digit) - 1]?.key;
}
