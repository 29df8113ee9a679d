import { css } from 'lit';

/** One car: what it is, how it stands, and what can be done, beside each other where there is room. */
export const carSheet = css`
  article {
    display: grid;
    grid-template-columns: minmax(0, 1fr) minmax(0, 1fr) 6.5rem;
    gap: 0.5rem 1.25rem;
    align-items: start;
    padding: 0.75rem 1rem;
  }
  .part {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 0.25rem;
    min-width: 0;
    overflow-wrap: anywhere;
  }
  h3,
  .says,
  .risk {
    unicode-bidi: isolate;
  }
  .line {
    display: flex;
    flex-wrap: wrap;
    gap: 0.2rem 0.7rem;
  }
  .line:empty {
    display: none;
  }
  .rides {
    color: var(--quiet);
  }
  .missing,
  .rollouts {
    margin: 0;
    padding-left: 1.1rem;
  }
  .rollouts {
    list-style: none;
    padding: 0;
    display: grid;
    gap: 0.2rem;
  }
  .missing {
    color: var(--warn);
  }
  .uplift {
    padding-left: 0.7rem;
    border-left: 2px solid var(--warn);
  }
  .risk {
    white-space: pre-line;
  }
  .acts {
    display: flex;
    justify-content: end;
  }
  @media (max-width: 860px) {
    article {
      grid-template-columns: minmax(0, 1fr);
    }
    .acts {
      justify-content: start;
    }
  }
`;
