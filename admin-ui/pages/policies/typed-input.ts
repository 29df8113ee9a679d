import { noChange } from 'lit';
import { Directive, directive, type ElementPart } from 'lit/directive.js';
import { sameValue } from '../../parts/same-value.ts';
import { type As, readTyped, writeTyped } from './typed-value.ts';

/** Puts a value into a field, unless what is typed there says the same already: `1.` becomes `1.5` in the end. */
class TypedInput extends Directive {
  render(_value: unknown, _as: As) {
    return noChange;
  }

  override update({ element }: ElementPart, [value, as]: Parameters<this['render']>) {
    const input = element as HTMLInputElement | HTMLTextAreaElement;
    if (!sameValue(readTyped(input.value, as), value)) input.value = writeTyped(value, as) ?? '';
    return noChange;
  }
}

export const typedInput = directive(TypedInput);
