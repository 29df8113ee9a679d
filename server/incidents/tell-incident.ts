import type { JsonValue } from '@turnout/core';
import { asFields, changedFields, joinWords, type Teller, type ToldChange } from '../changes/tell-change.ts';

/** Tells of incidents: `incident “new-cart was killed in production”: closed`. */
export const incidentTeller: Teller = { kind: 'incident', tell: tellIncident };

type Fields = { [name: string]: JsonValue };

function tellIncident({ action, before, after }: ToldChange): string {
  const is = asFields(after) ?? {};
  const told = `incident “${is.title ?? ''}”`;
  const parts = [...tellWhat(action, asFields(before) ?? {}, is), ...tellCause(is)];
  return parts.length === 0 ? '' : `${told}: ${parts.join(', ')}`;
}

function tellWhat(action: string, was: Fields, is: Fields): string[] {
  if (action === 'incident.open') return [`opened, ${is.severity ?? ''}`, ...tellPlaces(is.places)];
  if (action === 'incident.close') return ['closed'];
  if (action === 'incident.reopen') return ['opened again'];
  if (action === 'incident.note') return [`“${String(is.note ?? '').replaceAll(/\s+/g, ' ')}”`];
  if (action === 'incident.join') {
    const reopened = is.reopened === true ? ['opened again'] : [];
    return is.kill === undefined && is.signal === undefined ? ['somebody joined'] : reopened;
  }
  const { title: _title, places: _places, ...rest } = is;
  const renamed = was.title === is.title ? [] : [`was called “${was.title ?? ''}”`];
  const moved = JSON.stringify(was.places) === JSON.stringify(is.places) ? [] : ['now', ...tellPlaces(is.places)];
  return [...renamed, ...changedFields(was, rest), ...(moved.length === 0 ? [] : [moved.join(' ')])];
}

/** A long list is counted: whoever wants to know opens it. */
const MOST_PLACES = 3;

function tellPlaces(places: JsonValue | undefined): string[] {
  const named = (Array.isArray(places) ? places : []).map((one) => {
    const { environment, flag } = asFields(one) ?? {};
    return flag === null || flag === undefined ? `all of ${environment}` : `${flag} in ${environment}`;
  });
  if (named.length === 0) return [];
  const shown = named.slice(0, MOST_PLACES);
  return [joinWords(named.length > MOST_PLACES ? [...shown, `${named.length - MOST_PLACES} more`] : shown)];
}

function tellCause({ kill, signal }: Fields): string[] {
  const [killed, told] = [asFields(kill), asFields(signal)];
  if (killed) return [`${killed.flag} was killed in ${killed.environment}`];
  return told ? [`${told.summary}`] : [];
}
