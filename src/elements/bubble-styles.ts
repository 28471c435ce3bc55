/** How the bubble looks: in the corner where the lines of the page end if the margin has room, else in the text. */
import { css } from 'lit';

export const bubbleStyles = css`
  :host {
    display: block;
  }
  .probe {
    background: Canvas;
  }
  .root {
    container: none;
    display: grid;
    justify-items: end;
    gap: calc(2 * var(--_space));
    inline-size: fit-content;
    max-inline-size: 100%;
    font-size: var(--_fine);
    line-height: 1.4;
  }
  /* Its button has a ground of its own. */
  .root.paper {
    padding: 0;
    background: none;
  }
  .line {
    display: flex;
    align-items: center;
  }
  .bubble {
    display: inline-flex;
    align-items: center;
    gap: calc(2 * var(--_space));
    min-block-size: 44px;
    padding-inline: calc(4 * var(--_space));
    border: 1px solid var(--_hairline);
    border-radius: 999px;
    font-weight: 600;
    color: inherit;
    background: var(--_surface);
  }
  .bubble svg {
    inline-size: 30px;
    block-size: 20px;
    stroke-width: 2.2;
  }
  .fresh {
    padding-inline: calc(2 * var(--_space));
    border-radius: 999px;
    color: var(--_accent-text);
    background: var(--_accent);
  }
  .close {
    display: grid;
    place-items: center;
    inline-size: 28px;
    block-size: 28px;
    padding: 0;
    color: var(--_muted);
  }
  .card {
    position: relative;
    display: grid;
    gap: var(--_space);
    inline-size: var(--_card, 20rem);
    box-sizing: border-box;
    padding: calc(3 * var(--_space));
    padding-inline-end: calc(10 * var(--_space));
    border: 1px solid var(--_hairline);
    border-radius: var(--_radius);
    background: var(--_surface);
  }
  .card .close {
    position: absolute;
    inset-block-start: var(--_space);
    inset-inline-end: var(--_space);
  }
  .who {
    font-weight: 600;
    unicode-bidi: plaintext;
  }
  .card p {
    overflow-wrap: anywhere;
  }
  .card .firm {
    min-block-size: 32px;
    padding-block: 0;
  }
  .floats,
  .unplaced {
    position: fixed;
    inset-block-end: calc(4 * var(--_space));
    inset-inline-end: calc(4 * var(--_space));
    z-index: 2147483000;
  }
  /* Where it goes is known a moment later; until then nothing flickers and nothing is moved by it. */
  .unplaced {
    visibility: hidden;
  }
  .floats :is(.bubble, .card) {
    box-shadow: var(--_shadow);
  }
  @media (prefers-reduced-motion: no-preference) {
    .card {
      animation: come 150ms ease-out;
    }
    @keyframes come {
      from {
        opacity: 0;
      }
    }
  }
  @media print {
    .root {
      display: none;
    }
  }
`;
