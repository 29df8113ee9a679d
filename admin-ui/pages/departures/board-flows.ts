import type { DepartureAnswer, TrainAnswer } from '@turnout/server/contracts';
import type { Here } from '../../client/here.ts';
import { sayMoment } from '../../parts/say-moment.ts';
import { goTo } from '../../shell/navigation.ts';
import { tell } from '../../shell/notices.ts';
import { nameOf } from './tell-departure.ts';

/** With which train, and, where it is known, with which of its departures. */
export interface Boards {
  trains: readonly TrainAnswer[];
  departure?: DepartureAnswer;
  /** Its cut-off is over. */
  late?: boolean;
}

/** Asks what comes aboard, and puts it there; answers the departure as it is then. */
export async function boardFlow({ project }: Here, boards: Boards): Promise<DepartureAnswer | undefined> {
  await import('./board-form.ts');
  const form = document.createElement('t-board-form');
  Object.assign(form, { project, ...boards });
  const done = await form.open();
  if (done === undefined) return undefined;
  const { departure, car } = done;
  const missing = car.missing.length === 0 ? '' : ` ${car.missing.join(' ')}`;
  tell(`“${car.request.title}” is aboard ${nameOf(departure)}.${missing}`);
  return departure;
}

/** An emergency: asks what leaves now, who agrees or why nobody can be asked, and goes to it. */
export async function chemspillFlow(
  { project, environment }: Here,
  trains: readonly TrainAnswer[],
): Promise<DepartureAnswer | undefined> {
  await import('./chemspill-form.ts');
  const form = document.createElement('t-chemspill-form');
  Object.assign(form, { project, trains });
  const departure = await form.open();
  if (departure === undefined) return undefined;
  const waits = departure.chemspill?.request != null;
  tell(waits ? `${nameOf(departure)} waits for a second person.` : `${nameOf(departure)} leaves now.`);
  const params = { project: project.key, train: departure.train, number: String(departure.number) };
  goTo('departure', params, { env: environment.key });
  return departure;
}

/** Makes a train, or changes one, and says when it leaves next. */
export async function trainFlow({ project, environment }: Here, train?: TrainAnswer): Promise<TrainAnswer | undefined> {
  await import('./train-form.ts');
  const form = document.createElement('t-train-form');
  Object.assign(form, { project, environment, train });
  const done = await form.open();
  if (done === undefined) return undefined;
  tell(`${done.key} is ${train === undefined ? 'made' : 'changed'}: ${tellNext(done)}`);
  return done;
}

/** `it leaves next on Wed, 2 Dec, 10:00.` */
export function tellNext({ ahead: [next], says }: Pick<TrainAnswer, 'ahead' | 'says'>): string {
  return next === undefined ? `${says}.` : `it leaves next on ${sayMoment(next.leavesAt)}.`;
}
