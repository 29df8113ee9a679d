import { Turnout, type TurnoutOptions } from '../index.ts';

/** What a page was drawn as, when, and from where the values were. */
export interface Drawn {
  text: string;
  source: string;
  at: number;
}

declare global {
  interface Window {
    turnout: Turnout;
    /** Each drawing of a flag, at the moment at which the page was changed. */
    drawn: Drawn[];
    /** What stood on the page when it was painted: an entry for each frame that differs from the one before. */
    paintings: Drawn[];
  }
}

/**
 * A page that draws its flags, one paragraph each, before anything else happens, and again as they change. It writes down
 * what was drawn and what was painted, and says in its title how it is connected.
 */
const { options, flags } = JSON.parse(document.querySelector('#given')?.textContent ?? '') as {
  options: TurnoutOptions;
  /** The coded default of each flag. */
  flags: Record<string, boolean | string | number>;
};
const turnout = new Turnout(options);
window.turnout = turnout;
window.drawn = [];
window.paintings = [];

for (const [key, coded] of Object.entries(flags)) {
  const place = document.createElement('p');
  place.id = key;
  const draw = () => {
    const { value, reason } = turnout.evaluate(key, coded);
    place.textContent = String(value);
    place.dataset.reason = reason;
    window.drawn.push({ text: `${key} ${value}`, source: turnout.status().source, at: Date.now() });
  };
  draw();
  document.body.append(place);
  turnout.watch(key, coded, draw);
}

const tell = () => {
  const { state, position } = turnout.status();
  document.title = `${state} ${document.visibilityState} ${position}`;
};
turnout.subscribe(tell);
document.addEventListener('visibilitychange', tell);
tell();

const painted = () => {
  const text = Array.from(document.querySelectorAll('p'), (place) => place.textContent).join(' ');
  if (window.paintings.at(-1)?.text !== text) {
    window.paintings.push({ text, source: turnout.status().source, at: Date.now() });
  }
  requestAnimationFrame(painted);
};
requestAnimationFrame(painted);
