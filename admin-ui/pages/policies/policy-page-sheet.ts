import { css } from 'lit';

export const policyPageSheet = css`
  .page {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 1rem;
    max-width: 96rem;
  }
  header {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 0.35rem;
  }
  header > a {
    justify-self: start;
  }
  h1 {
    font-family: var(--mono);
    font-variant-ligatures: none;
    overflow-wrap: anywhere;
    min-width: 0;
    unicode-bidi: isolate;
  }
  h1.words {
    font-family: inherit;
  }
  .about {
    display: flex;
    flex-wrap: wrap;
    gap: 0.15rem 1rem;
    color: var(--quiet);
    overflow-wrap: anywhere;
  }
  .tabs {
    display: flex;
    gap: 0.15rem;
    overflow-x: auto;
    border-bottom: 1px solid var(--line);
    scrollbar-width: thin;
  }
  .tabs a {
    display: inline-flex;
    align-items: center;
    gap: 0.35rem;
    min-height: 2.25rem;
    padding: 0 0.75rem;
    border-bottom: 2px solid transparent;
    color: var(--quiet);
    text-decoration: none;
    font-weight: 550;
    white-space: nowrap;
  }
  .tabs a:hover {
    color: var(--ink);
  }
  .tabs a:focus-visible {
    outline-offset: -3px;
  }
  .tabs a[aria-current='page'] {
    color: var(--ink);
    border-bottom-color: var(--primary);
  }
  .limits {
    padding: 0.6rem 1rem;
    border: 1px solid var(--warn);
    border-radius: var(--round);
    background: var(--warn-soft);
    overflow-wrap: anywhere;
  }
  .missing {
    display: grid;
    gap: 0.75rem;
    padding: 1.25rem;
    max-width: 48rem;
  }
`;
