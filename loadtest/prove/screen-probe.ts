/**
 * What measures inside the page, as text, for it runs in the browser: `screenProbe` finds the table through the shadow
 * roots, counts its rows, times keys up to the frame that shows what they did, and keeps long tasks.
 */
export const SCREEN_PROBE = `
globalThis.screenProbe = (() => {
  const frame = () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
  const table = () =>
    ['t-app', 't-room', 't-flags-page', 't-flag-table'].reduce((at, name) => at?.querySelector(name)?.shadowRoot, document);
  const grid = () => table()?.querySelector('[role=grid]');
  const tasks = [];
  new PerformanceObserver((list) => {
    for (const { startTime, duration } of list.getEntries()) tasks.push({ startTime, duration });
  }).observe({ type: 'longtask', buffered: true });
  const keys = [];
  const timeKey = ({ timeStamp }) => {
    // A message that is sent in a frame comes after that frame was painted.
    requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => keys.push(performance.now() - timeStamp);
      port2.postMessage(undefined);
    });
  };
  return {
    frame,
    rows: () => grid()?.querySelectorAll('[role=row]').length ?? 0,
    count: () => Number(grid()?.ariaRowCount ?? 0) - 1,
    async mostRows(offsets) {
      const box = grid();
      let most = 0;
      let blank = 0;
      for (let at = 0; at < offsets; at++) {
        box.scrollTop = ((box.scrollHeight - box.clientHeight) * ((at * 37) % offsets)) / (offsets - 1);
        await frame();
        const rows = [...box.querySelectorAll('[role=row]')];
        most = Math.max(most, rows.length);
        const { top, bottom } = box.getBoundingClientRect();
        const drawn = rows.slice(1).map((row) => row.getBoundingClientRect());
        const covers = Math.min(...drawn.map((row) => row.top)) <= top + 60 && Math.max(...drawn.map((row) => row.bottom)) >= bottom - 4;
        if (!covers) blank++;
      }
      box.scrollTop = 0;
      await frame();
      return { most, blank };
    },
    startKeys: () => {
      keys.length = 0;
      addEventListener('keydown', timeKey, true);
    },
    endKeys: () => {
      removeEventListener('keydown', timeKey, true);
      return [...keys];
    },
    longest: (from, to) =>
      Math.max(0, ...tasks.filter(({ startTime }) => startTime >= from && startTime <= to).map(({ duration }) => duration)),
    now: () => performance.now(),
    firstPaint: () => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? NaN,
  };
})();
`;
