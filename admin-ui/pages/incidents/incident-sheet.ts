import { css } from 'lit';

/** What the page of one incident looks like. */
export const incidentSheet = css`
  .page {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 1rem;
    max-width: 64rem;
  }
  header {
    display: grid;
    gap: 0.35rem;
  }
  .title,
  .facts {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 0.3rem 0.75rem;
  }
  .facts {
    color: var(--quiet);
    font-size: var(--small);
  }
  h1,
  header p,
  .facts > * {
    min-width: 0;
    overflow-wrap: anywhere;
    unicode-bidi: isolate;
  }
  .note {
    padding: 0.6rem 0.9rem;
    border: 1px solid var(--warn);
    border-radius: var(--round);
    background: var(--warn-soft);
    font-size: var(--small);
  }
  section > h2 {
    margin-bottom: 0.4rem;
  }
  .acts {
    gap: 0.5rem;
  }
  .kills {
    list-style: none;
    margin: 0;
    padding: 0;
  }
  .kills li {
    display: flex;
    flex-wrap: wrap;
    align-items: baseline;
    gap: 0.2rem 0.7rem;
    padding: 0.5rem 0.9rem;
  }
  .kills li + li {
    border-top: 1px solid var(--line);
  }
  .kills li > * {
    min-width: 0;
    overflow-wrap: anywhere;
  }
  .noting {
    display: grid;
    gap: 0.35rem;
  }
  .noting textarea {
    width: 100%;
    resize: vertical;
  }
`;
