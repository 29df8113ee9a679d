import { css } from 'lit';

/** What the log of decisions looks like. */
export const decisionSheet = css`
  ol {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    margin: 0;
    padding: 0;
    list-style: none;
  }
  ol > li {
    display: grid;
    grid-template-columns: 6rem minmax(0, 1fr);
    gap: 0.25rem 0.75rem;
    padding: 0.55rem 0;
    border-bottom: 1px solid var(--line);
    overflow-wrap: anywhere;
  }
  .when {
    padding-top: 0.1rem;
  }
  .what {
    display: grid;
    gap: 0.15rem;
    min-width: 0;
  }
  summary {
    width: fit-content;
    color: var(--link);
    cursor: pointer;
    font-size: var(--small);
    min-height: 1.5rem;
  }
  .rests {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 0.5rem;
    padding: 0.35rem 0 0.25rem;
  }
  .rests ul {
    margin: 0;
    padding-left: 1.1rem;
  }
  .rests p {
    display: flex;
    flex-wrap: wrap;
    gap: 0.3rem;
  }
  .rests .tag {
    white-space: normal;
  }
  pre {
    margin: 0;
    max-height: 20rem;
    overflow: auto;
    padding: 0.6rem 0.75rem;
    border: 1px solid var(--line);
    border-radius: var(--round);
    background: var(--sunken);
    font-size: var(--tiny);
    line-height: 1.55;
  }
  @media (max-width: 560px) {
    ol > li {
      grid-template-columns: minmax(0, 1fr);
    }
  }
`;
