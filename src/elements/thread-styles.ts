/** How the rows of a thread look. */
import { css } from 'lit';

export const threadStyles = css`
  ol {
    display: block;
  }
  .row {
    position: relative;
    /* The line of a branch runs under the middle of the avatar, as far as the indent leaves room. */
    --_line: min(var(--_avatar) / 2, var(--_indent) * 2 / 3);
    --_indent: max(2px, min(var(--_step), (100cqi - 20ch - var(--_avatar)) / var(--_depth, 5)));
  }
  .rows > .row + .row {
    margin-block-start: calc(6 * var(--_space));
  }
  .replies {
    --_avatar: var(--afterword-avatar-reply, 24px);
    padding-inline-start: var(--_indent);
  }
  .replies > .row {
    margin-block-start: calc(4 * var(--_space));
  }
  article {
    display: flex;
    flex-wrap: wrap;
    align-items: baseline;
    column-gap: calc(2 * var(--_space));
    padding-inline-start: calc(var(--_avatar) + 3 * var(--_space));
    scroll-margin-block: var(--afterword-scroll-margin, 5rem);
    border-radius: var(--_radius);
  }
  .row {
    scroll-margin-block: var(--afterword-scroll-margin, 5rem);
  }
  article:focus {
    outline: none;
  }
  article:focus-visible {
    outline: 2px solid var(--_accent);
    outline-offset: 4px;
  }

  /* Who */
  article::before,
  .avatar {
    content: attr(data-initials);
    content: attr(data-initials) / '';
    position: absolute;
    inset-block-start: 0;
    inset-inline-start: 0;
    display: grid;
    place-items: center;
    inline-size: var(--_avatar);
    block-size: var(--_avatar);
    border-radius: 50%;
    background: rgb(var(--_tint) / 0.2);
    font-size: calc(var(--_avatar) * 0.375);
    line-height: 1;
    font-weight: 600;
    letter-spacing: 0.02em;
    user-select: none;
    object-fit: cover;
  }
  .hue0 {
    --_tint: 66 112 214;
  }
  .hue1 {
    --_tint: 190 92 48;
  }
  .hue2 {
    --_tint: 48 140 96;
  }
  .hue3 {
    --_tint: 150 88 190;
  }
  .hue4 {
    --_tint: 186 132 24;
  }
  .hue5 {
    --_tint: 30 140 160;
  }
  .hue6 {
    --_tint: 196 74 116;
  }
  .hue7 {
    --_tint: 110 120 134;
  }
  h3,
  h4,
  h5,
  h6 {
    position: relative;
    font-size: var(--_fine);
    font-weight: 600;
    unicode-bidi: isolate;
  }
  h3 a,
  h4 a,
  h5 a,
  h6 a {
    color: inherit;
    text-decoration: none;
  }
  h3 a:hover,
  h4 a:hover,
  h5 a:hover,
  h6 a:hover {
    text-decoration: underline;
  }
  .when,
  article > .note,
  .badge {
    font-size: var(--_small);
    color: var(--_muted);
    white-space: nowrap;
  }
  .when,
  .to a {
    color: var(--_muted);
    text-decoration: none;
    min-block-size: 24px;
  }
  .when:hover,
  .to a:hover {
    text-decoration: underline;
  }
  .to {
    white-space: normal;
  }
  .badge {
    padding: 0 calc(1.5 * var(--_space));
    border: 1px solid var(--_hairline);
    border-radius: 999px;
    font-size: calc(var(--_small) * 0.92);
    font-weight: 500;
  }
  .badge.linked {
    color: var(--_accent);
    border-color: currentColor;
  }
  .badge.state {
    border-style: dashed;
  }

  /* What */
  .body {
    flex: 0 0 100%;
    max-inline-size: min(100%, var(--_measure));
    margin-block: calc(0.5 * var(--_space)) 0;
    overflow: hidden;
    /* Cut only where it is worth it: a text of 14 lines is shown whole, a longer one to its 12th. */
    max-block-size: 14.5lh;
  }
  .body.cut {
    max-block-size: 12lh;
    mask-image: linear-gradient(#000 calc(100% - 3lh), transparent);
  }
  .body.open {
    max-block-size: none;
    overflow: visible;
  }
  .more {
    margin-inline-start: calc(-2 * var(--_space));
    color: var(--_accent);
  }
  .stub h3,
  .stub h4,
  .stub h5,
  .stub h6 {
    color: var(--_muted);
    font-weight: 400;
    font-style: italic;
  }
  .stub::before {
    background: none;
    border: 1px dashed var(--_hairline);
  }

  /* Far from the eyes: as tall as it will be with its controls, so that nothing moves when they come. */
  .far {
    content-visibility: auto;
    contain-intrinsic-size: auto 8rem;
  }
  .far .body {
    margin-block-end: 36px;
  }
  .far > :is(h3, h4, h5, h6) {
    flex: 0 0 100%;
    white-space: nowrap;
    overflow: hidden;
  }

  /* What can be done */
  .acts {
    flex: 0 0 100%;
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    margin-block-start: var(--_space);
    min-block-size: 32px;
    font-variant-numeric: tabular-nums;
  }
  .acts > :first-child:not(.vote, .tally) {
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
    border-inline-end-color: transparent;
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
      color: inherit;
    }
    .vote[aria-pressed='true']:hover {
      color: var(--_accent);
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

  /* Branches */
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
  .fold:hover::before,
  .fold:focus-visible::before {
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
  svg.turns:dir(rtl) {
    transform: scaleX(-1);
  }

  /* On their way */
  .pending {
    flex: 0 0 100%;
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    column-gap: calc(2 * var(--_space));
    margin-block-start: calc(1.5 * var(--_space));
    padding-inline-start: calc(2.5 * var(--_space));
    border-inline-start: 3px solid var(--_control);
    font-size: var(--_small);
    color: var(--_muted);
    min-block-size: 28px;
  }
  .pending > span {
    margin-inline-end: auto;
  }
  .pending.refused,
  .pending.conflict,
  .pending.given-up,
  .pending.asked {
    border-color: var(--_danger);
    color: inherit;
  }
  .danger {
    color: var(--_danger);
  }
  .unsent > .body {
    opacity: 0.85;
  }
  .linked {
    box-shadow: 0 0 0 calc(2 * var(--_space)) var(--_wash);
    background: var(--_wash);
  }
  .form {
    flex: 0 0 100%;
    margin-block: calc(2 * var(--_space));
  }
  .more-rows {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: calc(2 * var(--_space));
    margin-block-start: calc(6 * var(--_space));
  }

  @media (forced-colors: active) {
    .fold,
    .quiet,
    .menu-list button {
      border-color: transparent;
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
    .more-rows {
      display: none;
    }
    .body {
      max-block-size: none !important;
      mask-image: none !important;
    }
  }
`;
