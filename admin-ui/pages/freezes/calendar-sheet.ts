import { css } from 'lit';

/** The page of a month: seven days a row, and over them what is frozen. */
export const calendarSheet = css`
  .month {
    padding: 0.5rem 0.9rem 0.9rem;
  }
  .head {
    display: flex;
    align-items: center;
    gap: 0.25rem;
    padding-bottom: 0.4rem;
  }
  .head h3 {
    font-size: var(--text);
    margin: 0;
    min-width: 9rem;
  }
  .names,
  .week {
    display: grid;
    grid-template-columns: repeat(7, minmax(0, 1fr));
  }
  .names span {
    color: var(--quiet);
    font-size: var(--tiny);
    padding: 0 0.35rem 0.2rem;
  }
  .week {
    position: relative;
    border-top: 1px solid var(--line);
  }
  .day {
    min-height: calc(1.7rem + var(--lanes) * 1.3rem + 0.35rem);
    padding: 0.2rem 0.35rem;
    border-right: 1px solid var(--line);
    font-size: var(--small);
    font-variant-numeric: tabular-nums;
    cursor: pointer;
  }
  .day:last-of-type {
    border-right: 0;
  }
  .day:hover {
    background: var(--sunken);
  }
  .day[aria-selected="true"] {
    background: var(--chosen);
  }
  .day:focus-visible {
    outline: 2px solid var(--focus);
    outline-offset: -2px;
  }
  .beside {
    color: var(--quiet);
  }
  .today .number {
    color: var(--on-primary);
    background: var(--primary);
    border-radius: 999px;
    padding: 0.05rem 0.4rem;
    font-weight: 600;
  }
  .mark {
    float: right;
    color: var(--primary);
  }
  .bars {
    position: absolute;
    inset: 1.7rem 0 0;
    pointer-events: none;
  }
  .bar {
    position: absolute;
    height: 1.15rem;
    padding: 0 0.35rem;
    overflow: hidden;
    white-space: nowrap;
    text-overflow: ellipsis;
    font-size: var(--tiny);
    line-height: 1.1rem;
    background: var(--sunken);
    border: 1px solid var(--line-strong);
    border-radius: 4px;
  }
  .bar.holds {
    background: var(--warn-soft);
    border-color: var(--warn);
  }
  .bar.some {
    border-style: dashed;
  }
  @media (max-width: 720px) {
    .month {
      padding: 0.4rem 0.5rem 0.6rem;
    }
    .day {
      min-height: calc(1.9rem + var(--lanes) * 0.55rem);
      padding: 0.2rem;
      text-align: center;
    }
    .bars {
      --lane: 0.55rem;
    }
    .bar {
      height: 0.4rem;
      padding: 0;
      color: transparent;
    }
    .names span {
      padding: 0 0 0.2rem;
      text-align: center;
    }
  }
`;
