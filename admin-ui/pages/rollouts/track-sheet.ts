import { css } from 'lit';

/** What the way of a rollout looks like: stages side by side where there is room, else below each other. */
export const trackSheet = css`
  .track {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 0.75rem;
  }
  .head {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 0.4rem;
    margin-bottom: 0.35rem;
  }
  h3 a[aria-current] {
    color: var(--ink);
    text-decoration-thickness: 2px;
  }
  ol {
    display: grid;
    grid-template-columns: repeat(auto-fit, minmax(min(10.5rem, 100%), 17rem));
    gap: 0.5rem;
    margin: 0;
    padding: 0;
    list-style: none;
  }
  .stage {
    display: grid;
    align-content: start;
    gap: 0.2rem;
    min-width: 0;
    padding: 0.55rem 0.7rem;
    border: 1px solid var(--line);
    border-top: 3px solid var(--line);
    border-radius: var(--round);
    background: var(--surface);
    overflow-wrap: anywhere;
  }
  .stage.done {
    border-top-color: var(--on);
  }
  .stage.current {
    border-color: var(--on);
    background: var(--on-soft);
  }
  .stage.current.stands {
    border-color: var(--warn);
    background: var(--warn-soft);
  }
  .stage.current .quiet {
    color: inherit;
  }
  .stage.left {
    border-style: dashed;
    background: transparent;
  }
  .name {
    display: flex;
    align-items: baseline;
    gap: 0.4rem;
    min-width: 0;
  }
  .name wa-icon {
    color: var(--on);
    align-self: center;
  }
  .number {
    color: var(--quiet);
    font-variant-numeric: tabular-nums;
  }
  .current .number {
    color: inherit;
  }
  .bake {
    font-variant-numeric: tabular-nums;
  }
  .stage:not(.current) .bake {
    color: var(--quiet);
  }
  .bar {
    height: 0.35rem;
    border-radius: 99px;
    background: color-mix(in srgb, var(--on) 25%, transparent);
    overflow: hidden;
  }
  .bar div {
    height: 100%;
    background: var(--on);
  }
  .stands .bar {
    background: color-mix(in srgb, var(--warn) 25%, transparent);
  }
  .stands .bar div {
    background: var(--warn);
  }
  @media (max-width: 560px) {
    ol {
      grid-template-columns: minmax(0, 1fr);
    }
  }
`;
