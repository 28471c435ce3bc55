/** How the controls of a thread look; they come with what they do. */
import { css } from 'lit';

export const controlStyles = css`
  article .note {
    font-size: var(--_small);
  }
  .note > .when {
    font-size: inherit;
  }
  .when:hover {
    text-decoration: underline;
  }
  .badge {
    padding-inline: calc(1.5 * var(--_space));
    border: 1px solid var(--_hairline);
    border-radius: 999px;
  }
  article:focus-visible {
    outline-offset: 4px;
  }
  .body.cut {
    /* With its button as tall as before it was known that there is more. */
    max-block-size: calc(14.5lh - var(--_more));
    mask-image: linear-gradient(#000 calc(100% - 3lh), transparent);
  }
  .body.open {
    max-block-size: none;
    overflow: visible;
  }
  /* Far from the eyes a row keeps the room of the buttons that it had, or will have. */
  .far > :is(.cut, .open) {
    margin-block-end: var(--_more);
  }
  .folded > .far {
    padding-block-end: 28px;
  }
  .more {
    block-size: var(--_more);
    min-block-size: 0;
    margin-inline-start: calc(-2 * var(--_space));
    color: var(--_accent);
  }
  .quoted {
    flex: 0 0 100%;
    margin-block: var(--_space) calc(2 * var(--_space));
    padding-inline-start: calc(3 * var(--_space));
    border-inline-start: 3px solid var(--afterword-passage-line, rgb(190 130 0));
    font-size: var(--_fine);
  }
  .quoted blockquote {
    margin: 0;
    color: var(--_muted);
    white-space: pre-line;
    unicode-bidi: plaintext;
  }
  .quoted summary {
    cursor: pointer;
  }
  .question {
    font-weight: 600;
    unicode-bidi: plaintext;
  }
  .quoted .quiet {
    margin-inline-start: calc(-2 * var(--_space));
    color: var(--_accent);
  }
  .quoted .note + .quiet {
    margin-inline-start: 0;
  }
  .acts {
    flex: 0 0 100%;
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    min-block-size: calc(var(--_acts) - var(--_space));
    margin-block-start: var(--_space);
    font-variant-numeric: tabular-nums;
  }
  .acts > .quiet:first-child {
    margin-inline-start: calc(-2 * var(--_space));
  }
  .vote {
    display: inline-flex;
    align-items: center;
    gap: var(--_space);
    padding-inline: calc(2 * var(--_space));
    border: 1px solid var(--_hairline);
    border-radius: 999px;
    color: var(--_muted);
    font-size: var(--_small);
    font-weight: 500;
  }
  /* Two buttons that look like one pill. */
  .vote:has(+ .vote) {
    border-start-end-radius: 0;
    border-end-end-radius: 0;
    border-inline-end: 0;
    padding-inline-end: calc(1.5 * var(--_space));
  }
  .vote + .vote {
    border-start-start-radius: 0;
    border-end-start-radius: 0;
    border-inline-start: 0;
    padding-inline-start: calc(1.5 * var(--_space));
  }
  .vote:focus-visible {
    z-index: 1;
  }
  .vote[aria-pressed='true'] {
    color: var(--_accent);
  }
  .vote[aria-pressed='true'] svg {
    fill: currentColor;
  }
  .tally {
    color: var(--_muted);
    font-size: var(--_small);
    padding-inline-end: calc(2 * var(--_space));
  }
  .menu {
    display: inline-flex;
    align-items: center;
  }
  @media (hover: hover) {
    .vote:hover {
      background: var(--_wash);
    }
    .vote[aria-pressed='false']:hover {
      color: inherit;
    }
  }
  .menu-list {
    position: fixed;
    inset: auto;
    z-index: 10;
    display: grid;
    min-inline-size: 11rem;
    margin: 0;
    padding: var(--_space);
    color: inherit;
    background: var(--_surface);
    border: 1px solid var(--_hairline);
    border-radius: var(--_radius);
    box-shadow: var(--_shadow);
    font-size: var(--_fine);
  }
  .menu-list button {
    padding: calc(1.5 * var(--_space)) calc(2.5 * var(--_space));
    min-block-size: 32px;
  }
  .menu-list button:is(:hover, :focus) {
    background: var(--_wash);
    outline-offset: -2px;
  }
  .fold {
    position: absolute;
    inset-block: calc(var(--_avatar) + var(--_space)) 0;
    inset-inline-start: calc(var(--_line) - 12px);
    inline-size: 24px;
    min-block-size: 0;
    font-size: var(--_small);
  }
  .fold::before {
    content: '';
    position: absolute;
    inset-block: 0;
    inset-inline-start: 11.5px;
    border-inline-start: 1px solid var(--_hairline);
  }
  .fold:is(:hover, :focus-visible)::before {
    border-inline-start: 2px solid var(--_accent);
  }
  .fold:focus-visible {
    outline-offset: -2px;
  }
  .folded > article > .fold {
    position: static;
    inline-size: auto;
    min-block-size: 28px;
    padding-inline: var(--_space) calc(2 * var(--_space));
    margin-inline-start: calc(-1 * var(--_space));
    color: var(--_accent);
    font-weight: 500;
  }
  .folded > article > .fold::before {
    content: none;
  }
  .folded > article > .fold:hover {
    background: var(--_wash);
  }
  .gap > button {
    color: var(--_accent);
    margin-inline-start: calc(-2 * var(--_space));
  }
  .turns:dir(rtl) {
    transform: scaleX(-1);
  }
  .pending {
    flex: 0 0 100%;
    min-inline-size: 0;
    max-inline-size: var(--_measure);
    display: grid;
    row-gap: var(--_space);
    margin-block-start: calc(2 * var(--_space));
    padding-inline-start: calc(2.5 * var(--_space));
    border-inline-start: 3px solid var(--_control);
    font-size: var(--_small);
    color: var(--_muted);
  }
  /* A line of their own, and each further one begins where the sentence does. */
  .remedies {
    display: flex;
    flex-wrap: wrap;
    margin-inline-start: calc(-2 * var(--_space));
  }
  .theirs {
    margin: 0;
    color: var(--_muted);
  }
  .theirs figcaption {
    font-weight: 500;
  }
  .theirs blockquote {
    margin: var(--_space) 0 0;
    padding-inline-start: calc(2.5 * var(--_space));
    border-inline-start: 2px solid var(--_hairline);
  }
  .pending:is(.refused, .conflict, .given-up, .asked) {
    border-color: var(--_danger);
    color: inherit;
  }
  .danger {
    color: var(--_danger);
  }
  .unsent > .body {
    opacity: var(--_pale, 0.85);
  }
  .linked {
    box-shadow: 0 0 0 calc(2 * var(--_space)) var(--_wash);
    background: var(--_wash);
  }
  .linked > .badge {
    color: var(--_accent);
    border-color: currentColor;
  }
  .form {
    flex: 0 0 100%;
    margin-block: calc(2 * var(--_space));
  }
  .bell[aria-pressed='true'] {
    color: var(--_accent);
  }
  .bell[aria-pressed='true'] svg {
    fill: currentColor;
  }
  /* Both stand in the room between things, which is there with or without them. */
  .news {
    position: relative;
    z-index: 1;
  }
  .news > div {
    position: absolute;
    inset-block-end: calc(1.5 * var(--_space));
    display: flex;
    gap: calc(2 * var(--_space));
    max-inline-size: 100%;
  }
  .branch-news {
    position: absolute;
    inset-block-start: 100%;
    inset-inline-start: var(--_indent);
    z-index: 1;
    max-inline-size: calc(100% - var(--_indent));
  }
  :is(.news, .branch-news) .firm {
    padding-block: 0;
    border-radius: 999px;
    border-color: var(--_accent);
    color: var(--_accent);
    background: var(--_surface);
    font-size: var(--_small);
  }
  :is(.news, .branch-news) button {
    min-block-size: 24px;
    flex: 0 1 auto;
    max-inline-size: 100%;
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .more-rows {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: calc(2 * var(--_space));
    margin-block-start: calc(6 * var(--_space));
  }
  h3 > a,
  h4 > a,
  h5 > a,
  h6 > a {
    color: inherit;
    text-decoration: none;
  }
  :is(h3, h4, h5, h6) > a:hover {
    text-decoration: underline;
  }
  @media (forced-colors: active) {
    /* Transparent would be drawn in the colour of text here. */
    .fold,
    .quiet,
    .menu-list button {
      border: 0;
    }
    .fold::before {
      border-color: CanvasText;
    }
    article::before {
      border: 1px solid CanvasText;
    }
    .linked {
      outline: 2px solid Highlight;
    }
  }
  @media print {
    .acts,
    .news,
    .branch-news,
    .more-rows {
      display: none;
    }
    .body {
      max-block-size: none;
      mask-image: none;
    }
  }
`;
