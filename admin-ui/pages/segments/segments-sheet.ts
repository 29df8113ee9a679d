import { css } from 'lit';

/** What the table of segments has beside what every table of names has. */
export const segmentsSheet = css`
  :host {
    --names: 5.5rem;
  }
  .who {
    max-width: 20rem;
    overflow-wrap: anywhere;
    unicode-bidi: isolate;
  }
  .under {
    overflow-wrap: anywhere;
  }
  .num {
    white-space: nowrap;
    font-variant-numeric: tabular-nums;
  }
  .rule {
    min-width: 14rem;
    overflow-wrap: anywhere;
    unicode-bidi: isolate;
  }
  .used {
    overflow-wrap: anywhere;
    min-width: 9rem;
  }
  @media (max-width: 720px) {
    td.who {
      max-width: none;
    }
  }
`;
