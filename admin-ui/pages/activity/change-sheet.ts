import { css } from 'lit';

/** How the page of one change is set. */
export const changeSheet = css`
  .page {
    display: grid;
    gap: 1.25rem;
    max-width: 60rem;
  }
  .page > * {
    min-width: 0;
  }
  h1 {
    overflow-wrap: anywhere;
    unicode-bidi: isolate;
  }
  section {
    display: grid;
    gap: 0.5rem;
    min-width: 0;
  }
  section > * {
    min-width: 0;
  }
  .part {
    padding: 0.9rem 1rem;
    display: grid;
    gap: 0.9rem;
  }
  dl {
    display: grid;
    grid-template-columns: max-content minmax(0, 1fr);
    gap: 0.35rem 1.25rem;
    margin: 0;
  }
  dt {
    color: var(--quiet);
  }
  dd {
    margin: 0;
    overflow-wrap: anywhere;
    unicode-bidi: isolate;
  }
  dd ul {
    margin: 0;
    padding: 0;
    list-style: none;
    display: grid;
    gap: 0.3rem;
  }
  .reason {
    white-space: pre-wrap;
  }
  details {
    border: 1px solid var(--line);
    border-radius: var(--round);
    background: var(--surface);
  }
  summary {
    padding: 0.5rem 0.75rem;
    cursor: pointer;
    overflow-wrap: anywhere;
  }
  pre {
    margin: 0;
    padding: 0.5rem 0.75rem;
    border-top: 1px solid var(--line);
    overflow: auto;
    max-height: 24rem;
    font-size: var(--tiny);
  }
  nav a {
    white-space: nowrap;
  }
`;
