import { css } from 'lit';

/** What is edited on the left, and who hangs on it beside that; below one another where it is narrow. */
export const segmentPageSheet = css`
  .page {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 1rem;
    max-width: 82rem;
  }
  header {
    display: grid;
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
  }
  header p {
    max-width: 60rem;
    overflow-wrap: anywhere;
    unicode-bidi: isolate;
  }
  .about {
    white-space: pre-line;
  }
  .columns {
    display: grid;
    grid-template-columns: minmax(0, 1fr) 17rem;
    gap: 1.5rem;
    align-items: start;
  }
  aside {
    padding: 0.9rem 1rem;
    min-width: 0;
  }
  .missing {
    display: grid;
    gap: 0.75rem;
    padding: 1.25rem;
    max-width: 48rem;
  }
  @media (max-width: 1100px) {
    .columns {
      grid-template-columns: minmax(0, 1fr);
    }
  }
`;
