/** How buttons look, in every part of ours that comes after the first paint. */
import { css, type CSSResult } from 'lit';
import { base } from './styles.ts';

export const controlBase = css`
  button {
    line-height: 1.25;
    margin: 0;
    padding: 0;
    min-inline-size: 24px;
    text-align: start;
    border-radius: calc(var(--_radius) * 0.75);
    font-size: inherit;
    touch-action: manipulation;
  }
  button:disabled,
  button[aria-disabled='true'] {
    cursor: default;
    opacity: 0.6;
  }
  a {
    text-underline-offset: 0.15em;
  }
  .quiet {
    padding-inline: calc(2 * var(--_space));
    font-size: var(--_small);
    font-weight: 500;
    color: var(--_muted);
  }
  .firm {
    min-block-size: 36px;
    padding: calc(1.5 * var(--_space)) calc(3 * var(--_space));
    border: 1px solid var(--_hairline);
    font-size: var(--_fine);
    font-weight: 500;
    text-align: center;
  }
  .primary {
    border-color: transparent;
    background: var(--_accent);
    color: var(--_accent-text);
  }
  /* A finger finds what stands small: nothing gets taller for it, and nothing moves. */
  @media (pointer: coarse) {
    :where(button, a.when) {
      position: relative;
    }
    :is(button, a.when)::after {
      content: '';
      position: absolute;
      inset-block: min(0px, (100% - 40px) / 2);
      inset-inline: min(0px, (100% - 40px) / 2);
    }
  }
  .note {
    font-size: var(--_fine);
    color: var(--_muted);
  }
  /* Nothing gets smaller twice. */
  :is(.pending, .message, .quoted, .ask, .panel, .settings) > * {
    --_small: 1em;
    --_fine: 1em;
  }
  @media (hover: hover) {
    :is(.quiet, .firm):hover {
      background: var(--_wash);
      color: inherit;
    }
    .primary:hover {
      background: var(--_accent);
      color: var(--_accent-text);
      filter: brightness(1.08);
    }
  }
  @media (forced-colors: active) {
    button {
      border: 1px solid ButtonText;
    }
    /* Whatever a place says of its own buttons: here this is the one way to see which is pressed. */
    button:is([aria-pressed='true'], [aria-checked='true']) {
      forced-color-adjust: none;
      background: Highlight !important;
      color: HighlightText !important;
    }
  }
  @media (prefers-reduced-motion: no-preference) {
    button {
      transition:
        opacity 120ms,
        background-color 120ms;
    }
  }
`;

/** What an element begins with that brings its own controls. */
export const shared: CSSResult[] = [base, controlBase];
