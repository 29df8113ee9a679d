import type { BoardAnswer, CarAnswer, DepartureAnswer, TrainAnswer } from '@turnout/server/contracts';
import { type ChangeNews, live } from '../../client/live.ts';
import { lookAgain } from '../../client/look-again.ts';
import { Reading } from '../../client/reading.ts';
import { send } from '../../client/send-request.ts';
import { markOfCar } from './tell-cars.ts';
import { hasLeft, markOf, nameOf } from './tell-departure.ts';

/** Time passes, a cut-off comes and approvals run out: none of them is a change. */
const AGAIN_MS = 10_000;
const SOON_MS = 2_000;

/** What may alter a departure: of its train, of requests that are aboard, of their rollouts, and of what stops both. */
export function isOfTrains({ subject, action, actor }: Pick<ChangeNews, 'subject' | 'action' | 'actor'>): boolean {
  return (
    /^(train|request|rollout|freeze|incident|flag)\//.test(subject) ||
    /^(train|rollout):|^train\./.test(`${actor} ${action}`)
  );
}

/** How far the server's clock is ahead of this machine's: a cut-off goes by the server's. */
function skewOf({ now }: BoardAnswer): number {
  return Date.parse(now) - Date.now();
}

/** The board of a project. */
export class DeparturesReading extends Reading {
  board: BoardAnswer | undefined;
  skew = 0;
  /** What became another while somebody looked, as `weekly 12`. */
  moved: ReadonlySet<string> = new Set();
  #path = '';

  follow(project: string): void {
    const path = `/projects/${encodeURIComponent(project)}`;
    this.turnTo(path, () => {
      this.#path = path;
      this.board = undefined;
      this.moved = new Set();
    });
  }

  protected override hears = isOfTrains;

  protected override listen() {
    return [live.on('kill', () => this.readSoon()), lookAgain(() => this.readSoon(), AGAIN_MS)];
  }

  protected override async load(signal: AbortSignal): Promise<void> {
    const board = await send<BoardAnswer>(`${this.#path}/board`, { signal });
    const known = new Map(this.board?.departures.map((item) => [nameOf(item), markOf(item)]));
    const fresh = board.departures.filter((item) => known.get(nameOf(item)) !== markOf(item)).map(nameOf);
    this.moved = new Set(this.board === undefined ? [] : fresh);
    this.board = board;
    this.skew = skewOf(board);
  }
}

/** One departure with its manifest, and its train as it is now. */
export class DepartureReading extends Reading {
  departure: DepartureAnswer | undefined;
  /** Undefined where it is archived. */
  train: TrainAnswer | undefined;
  acts = true;
  skew = 0;
  /** Ids of cars that became others while somebody looked. */
  moved: ReadonlySet<string> = new Set();
  #path = '';
  #project = '';
  #train = '';

  follow(project: string, train: string, number: string): void {
    const whole = `/projects/${encodeURIComponent(project)}`;
    const path = `${whole}/trains/${encodeURIComponent(train)}/departures/${encodeURIComponent(number)}`;
    this.turnTo(path, () => {
      this.#path = path;
      this.#project = whole;
      this.#train = train;
      this.departure = undefined;
      this.moved = new Set();
    });
  }

  /** What came back from something that was done to it. */
  take(departure: DepartureAnswer): void {
    if (nameOf(departure) === (this.departure && nameOf(this.departure))) this.#keep(departure);
    this.readSoon();
    this.redraw();
  }

  protected override hears = isOfTrains;

  protected override listen() {
    const moves = () => this.departure !== undefined && hasLeft(this.departure.state) && this.readSoon();
    return [
      live.on('kill', () => this.readSoon()),
      lookAgain(() => this.readSoon(), AGAIN_MS),
      lookAgain(moves, SOON_MS),
    ];
  }

  protected override async load(signal: AbortSignal): Promise<void> {
    const [departure, board] = await Promise.all([
      send<DepartureAnswer>(this.#path, { signal }),
      // Without the board the departure itself is still worth seeing.
      send<BoardAnswer>(`${this.#project}/board`, { signal }).catch(() => undefined),
    ]);
    this.#keep(departure);
    if (board === undefined) return;
    this.train = board.trains.find(({ key }) => key === this.#train);
    this.acts = board.acts;
    this.skew = skewOf(board);
  }

  #keep(departure: DepartureAnswer): void {
    const known = new Map(this.departure?.cars.map((car) => [car.id, markOfCar(car)]));
    const isOther = (car: CarAnswer) => known.get(car.id) !== markOfCar(car);
    this.moved = new Set(this.departure === undefined ? [] : departure.cars.filter(isOther).map(({ id }) => id));
    this.departure = departure;
  }
}
