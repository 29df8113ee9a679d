import { css } from 'lit';

/** What the page of one incident has beside what every page of an entry has. */
export const incidentSheet = css`
  header p {
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
