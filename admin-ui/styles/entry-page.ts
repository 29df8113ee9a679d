import { css } from 'lit';

/** The page of one thing that somebody has written: what it is called, facts about it, and then its parts. */
export const entryPage = css`
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
  .facts > * {
    min-width: 0;
    overflow-wrap: anywhere;
    unicode-bidi: isolate;
  }
  section > h2 {
    margin-bottom: 0.4rem;
  }
`;
