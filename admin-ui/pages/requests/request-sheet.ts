import { css } from 'lit';

/** What the page of one request has beside what every page of an entry has. */
export const requestSheet = css`
  .reason {
    min-width: 0;
    overflow-wrap: anywhere;
    unicode-bidi: isolate;
    white-space: pre-line;
    max-width: 68ch;
  }
  .note {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 0.5rem 1rem;
    padding: 0.7rem 1rem;
    border: 1px solid var(--line);
    border-radius: var(--round);
    background: var(--surface);
    overflow-wrap: anywhere;
  }
  .note > span {
    flex: 1 1 16rem;
    min-width: 0;
  }
  .note.warn {
    border-color: var(--warn);
    background: var(--warn-soft);
  }
  .note.ready {
    border-color: var(--on);
    background: var(--on-soft);
  }
  .acts {
    display: grid;
    gap: 0.5rem;
    padding: 0.9rem 1rem;
  }
  .acts .row {
    gap: 0.5rem;
  }
  .calls {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 0.5rem;
    padding-top: 0.4rem;
  }
  pre {
    margin: 0;
    padding: 0.6rem 0.8rem;
    overflow: auto;
    max-height: 24rem;
    font-size: var(--tiny);
  }
  .whys {
    margin: 0;
    padding: 0;
    list-style: none;
    display: grid;
    gap: 0.2rem;
    color: var(--quiet);
    font-size: var(--small);
  }
  @media (max-width: 720px) {
    .acts button {
      flex: 1 1 40%;
    }
  }
`;
