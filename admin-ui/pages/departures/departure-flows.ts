import type { CarAnswer, ChangedDeparture, DepartureAnswer, TrainAnswer } from '@turnout/server/contracts';
import { html, nothing } from 'lit';
import type { MyEnvironment, MyProject } from '../../client/me.ts';
import { asRefusal } from '../../client/problem.ts';
import { send } from '../../client/send-request.ts';
import { ask, type Question } from '../../parts/ask-dialog.ts';
import { tell } from '../../shell/notices.ts';
import { dependentsOf } from './tell-cars.ts';
import { nameOf } from './tell-departure.ts';

/** Where a train is in the API. */
export function trainPath(project: string, train: string): string {
  return `/projects/${encodeURIComponent(project)}/trains/${encodeURIComponent(train)}`;
}

/** Asks, does it, and says so; undefined where nothing was done. */
async function doIt<T>(question: Question, path: string, said: (done: T) => string): Promise<T | undefined> {
  const answer = await ask(question);
  if (answer === undefined) return undefined;
  try {
    const body = answer.reason === undefined ? {} : { reason: answer.reason };
    const done = await send<T>(path, { method: 'POST', body });
    tell(said(done));
    return done;
  } catch (error) {
    const { title, detail } = asRefusal(error).problem;
    tell(`${title}: ${detail}`, { tone: 'warn' });
    return undefined;
  }
}

/** Stops the line. Anybody may, and nobody has to be right: it takes a sentence why. */
export async function stopLine(project: MyProject, { key }: Pick<TrainAnswer, 'key'>): Promise<boolean> {
  const question: Question = {
    title: `Stop the line of ${key}?`,
    body: html`Nothing of it leaves, and what is under way neither advances nor finishes, until a release manager starts
      it again. Users keep what they have; rolling back works as ever.`,
    confirm: 'Stop the line',
    reason: 'required',
  };
  return (
    (await doIt(
      question,
      `${trainPath(project.key, key)}/stop`,
      () => `The line of ${key} is stopped. A release manager starts it again.`,
    )) !== undefined
  );
}

export async function startLine(project: MyProject, { key }: Pick<TrainAnswer, 'key'>): Promise<boolean> {
  const question: Question = {
    title: `Start the line of ${key} again?`,
    body: 'What is due leaves, and its rollouts go on. Is what it was stopped for gone?',
    confirm: 'Start again',
    reason: 'required',
  };
  return (await doIt(question, `${trainPath(project.key, key)}/start`, () => `${key} goes again.`)) !== undefined;
}

export async function archiveTrain(project: MyProject, { key }: Pick<TrainAnswer, 'key'>): Promise<boolean> {
  const question: Question = {
    title: `Archive the train ${key}?`,
    body: 'It leaves no more. What it brought stays as it is, and so does its log. Its key stays taken.',
    confirm: 'Archive it',
    reason: 'optional',
  };
  return (await doIt(question, `${trainPath(project.key, key)}/archive`, () => `${key} is archived.`)) !== undefined;
}

/** Of which departure it is, and what one may do where it goes. */
export interface Platform {
  project: MyProject;
  departure: DepartureAnswer;
  environment: MyEnvironment | undefined;
}

const departurePath = ({ project, departure }: Platform) =>
  `${trainPath(project.key, departure.train)}/departures/${departure.number}`;

/** Lets it leave before its time, or when its time has come and it waits for somebody. */
export function departNow(at: Platform): Promise<ChangedDeparture | undefined> {
  const { departure, environment } = at;
  const left = departure.aboard - departure.ready;
  const question: Question = {
    title: `Let ${nameOf(departure)} leave now?`,
    body: html`<p>
        All of it goes out in ${environment?.name ?? departure.environment} as one change: ${departure.ready} of
        ${departure.aboard} ${departure.aboard === 1 ? 'change is' : 'changes are'} ready.
      </p>
      ${left > 0 ? html`<p>What is not ready is left behind, and waits for the next one.</p>` : nothing}`,
    confirm: 'Depart now',
    reason: 'required',
  };
  return doIt<ChangedDeparture>(question, `${departurePath(at)}/depart`, () => `${nameOf(departure)} departs.`);
}

export function withdrawCar(at: Platform, car: CarAnswer): Promise<ChangedDeparture | undefined> {
  const question: Question = {
    title: `Take “${car.request.title}” off ${nameOf(at.departure)}?`,
    body: 'The request stays open: it can board another one.',
    confirm: 'Withdraw it',
    reason: 'optional',
  };
  const path = `${departurePath(at)}/cars/${encodeURIComponent(car.id)}/withdraw`;
  return doIt<ChangedDeparture>(question, path, () => `“${car.request.title}” is not aboard any more.`);
}

/** Takes one change back that has left; those that need it go with it, dependents first. */
export function ejectCar(at: Platform, car: CarAnswer): Promise<ChangedDeparture | undefined> {
  const also = dependentsOf(car.id, at.departure.cars);
  const outside = at.departure.outside.filter(({ needs }) => car.flags.includes(needs));
  const question: Question = {
    title: `Eject “${car.request.title}”?`,
    body: html`<div class="stack">
      <p>Its flags go back to what ${nameOf(at.departure)} found. The others go on.</p>
      ${also.length === 0 ? nothing : html`<p>With it go, for they need it: ${also.map(({ request }) => `“${request.title}”`).join(', ')}.</p>`}
      ${outside.length === 0 ? nothing : html`<p>Not aboard, and served their off variant then: ${outside.map(({ flag }) => flag).join(', ')}.</p>`}
    </div>`,
    confirm: 'Eject',
    reason: 'required',
  };
  const path = `${departurePath(at)}/cars/${encodeURIComponent(car.id)}/eject`;
  return doIt<ChangedDeparture>(question, path, ({ kept = [] }) => tellEjected(car, kept));
}

function tellEjected({ request }: CarAnswer, kept: NonNullable<ChangedDeparture['kept']>): string {
  if (kept.length === 0) return `“${request.title}” goes back.`;
  return `“${request.title}” goes back. Edited since, and left: ${kept.map(({ flag }) => flag).join(', ')}.`;
}
