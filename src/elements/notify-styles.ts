/** How the panel of *Notify of* looks. */
import { css } from 'lit';

export const notifyStyles = css`
  .panel {
    display: grid;
    gap: calc(3 * var(--_space));
    max-inline-size: var(--_measure);
    margin-block-end: calc(5 * var(--_space));
    padding: calc(4 * var(--_space));
    border: 1px solid var(--_hairline);
    border-radius: var(--_radius);
    font-size: var(--_fine);
  }
  h3 {
    font-weight: 600;
  }
  .tick {
    display: flex;
    align-items: center;
    gap: calc(2 * var(--_space));
    min-block-size: 32px;
    cursor: pointer;
  }
  :is([type='radio'], [type='checkbox']) {
    flex: none;
    inline-size: 18px;
    block-size: 18px;
    margin: 0;
    accent-color: var(--_accent);
  }
  .known {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    column-gap: calc(2 * var(--_space));
    overflow-wrap: anywhere;
  }
  .field {
    display: grid;
    gap: var(--_space);
    max-inline-size: 24em;
  }
  [type='email'] {
    min-inline-size: 0;
    min-block-size: 40px;
    padding: calc(2 * var(--_space)) calc(3 * var(--_space));
    border: 1px solid var(--_control);
    border-radius: var(--_radius);
    font: inherit;
    color: inherit;
    background: none;
  }
  .wrong {
    border-color: var(--_danger);
  }
  .error {
    color: var(--_danger);
  }
  :is(.end, .known) button {
    font-size: inherit;
  }
  .end {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    justify-content: end;
    gap: calc(2 * var(--_space));
  }
  .feed {
    margin-inline-end: auto;
  }
`;
