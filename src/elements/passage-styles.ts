/** How passages look beside and above the article: buttons, toolbar, bar and panel. Highlights are `src/inline`'s. */
import { css } from 'lit';

/** The button of a passage: beside the text of the article where there is room, else at its corner. */
export const markStyles = css`
  .mark {
    display: inline-flex;
    align-items: center;
    justify-content: center;
    gap: 3px;
    min-inline-size: 28px;
    min-block-size: 24px;
    margin: 0;
    padding: 0 6px;
    border: 1px solid var(--_hairline);
    border-radius: 999px;
    border-end-start-radius: 3px;
    font: 600 12px/1 var(--afterword-font, system-ui, sans-serif);
    font-variant-numeric: tabular-nums;
    text-indent: 0;
    white-space: nowrap;
    color: var(--_muted);
    background: var(--_surface);
    cursor: pointer;
    touch-action: manipulation;
  }
  .mark svg {
    inline-size: 13px;
    block-size: 13px;
  }
  .mark:is(:hover, [aria-expanded='true']),
  .mark.draft {
    color: var(--_accent);
    border-color: currentColor;
  }
  .mark.draft {
    border-style: dashed;
  }
  /* A finger needs more than the eye. */
  .mark::before {
    content: '';
    position: absolute;
    inset: -6px;
  }
  @media (forced-colors: active) {
    .mark {
      border-color: ButtonText;
      background: ButtonFace;
    }
    .mark[aria-expanded='true'] {
      forced-color-adjust: none;
      background: Highlight;
      color: HighlightText;
    }
  }
  @media print {
    .mark {
      display: none;
    }
  }
`;

export const passagesStyles = css`
  :host {
    display: block;
  }
  .over {
    position: absolute;
    inset: 0 auto auto 0;
    inline-size: 0;
    block-size: 0;
    margin: 0;
    padding: 0;
    border: 0;
    overflow: visible;
    background: none;
    z-index: 1;
  }
  /* Where something around the section would cut it off, it lies in the top layer. */
  .over:popover-open {
    inset: 0 auto auto 0;
  }
  .over .at {
    position: absolute;
    inset: 0 auto auto 0;
  }
  .tools {
    position: absolute;
    inset: 0 auto auto 0;
    /* What it lies in has no width. */
    inline-size: max-content;
    margin: 0;
    padding: var(--_space);
    display: flex;
    color: inherit;
    background: var(--_surface);
    border: 1px solid var(--_hairline);
    border-radius: var(--_radius);
    box-shadow: var(--_shadow);
    font-size: var(--_fine);
    z-index: 10;
  }
  .tools.docked {
    position: fixed;
    inset: auto 0 0 0;
    inline-size: auto;
    justify-content: space-between;
    align-items: center;
    gap: calc(3 * var(--_space));
    padding: calc(2 * var(--_space)) calc(4 * var(--_space));
    padding-block-end: max(calc(2 * var(--_space)), env(safe-area-inset-bottom));
    border-width: 1px 0 0;
    border-radius: 0;
  }
  .tools .words {
    overflow: hidden;
    white-space: nowrap;
    text-overflow: ellipsis;
    color: var(--_muted);
  }
  .tools .firm {
    flex: none;
  }
  .tools:not(.docked) .firm {
    background: var(--_surface);
    border: 0;
    min-block-size: 32px;
  }
  @media print {
    :host {
      display: none;
    }
  }
`;

/** Below the discussion; in the section's own tree. */
export const settingsStyles = css`
  .settings:empty {
    display: none;
  }
  .settings {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: var(--_space) calc(3 * var(--_space));
    margin-block-start: calc(8 * var(--_space));
    font-size: var(--_small);
    color: var(--_muted);
  }
  .settings select {
    min-block-size: 28px;
    margin-inline-start: var(--_space);
    padding-inline: var(--_space);
    border: 1px solid var(--_control);
    border-radius: calc(var(--_radius) * 0.75);
    font: inherit;
    color: inherit;
    background: var(--_surface);
  }
`;

export const panelStyles = css`
  :host {
    display: block;
  }
  .panel {
    position: absolute;
    inset: 0 auto auto 0;
    /* No grid: WebKit makes its rows as high as their words would be one below the other. */
    display: flex;
    flex-direction: column;
    box-sizing: border-box;
    inline-size: min(26rem, 100vw - 16px);
    max-block-size: calc(100vh - 16px);
    max-block-size: calc(100dvh - 16px);
    margin: 0;
    padding: 0;
    color: inherit;
    background: var(--_surface);
    border: 1px solid var(--_hairline);
    border-radius: calc(1.25 * var(--_radius));
    box-shadow: var(--_shadow);
    font-size: var(--_fine);
    line-height: 1.45;
    overflow: hidden;
    z-index: 11;
  }
  /* What it is about and the way out stay, however much was said. */
  .inner {
    display: flex;
    flex-direction: column;
    gap: calc(3 * var(--_space));
    min-block-size: 0;
    padding: calc(3 * var(--_space)) calc(4 * var(--_space)) calc(4 * var(--_space));
    overflow: auto;
    overscroll-behavior: contain;
  }
  .panel > .head,
  .inner > * {
    flex: none;
    min-inline-size: 0;
  }
  .panel:focus {
    outline: none;
  }
  .panel:focus-visible {
    outline: 2px solid var(--_accent);
    outline-offset: 2px;
  }
  .panel:is(.sheet, .dock) {
    position: fixed;
    max-block-size: min(50vh, 28rem);
    max-block-size: min(50dvh, 28rem);
  }
  .panel.dock {
    inset: auto auto calc(3 * var(--_space)) 0;
  }
  .panel.high {
    inset-block: calc(3 * var(--_space)) auto;
  }
  .panel.sheet {
    inset: auto 0 var(--_keyboard, 0px) 0;
    inline-size: auto;
    /* Above a keyboard there is little: the field and what sends it come first. */
    max-block-size: max(12rem, min(60vh, 100vh - var(--_keyboard, 0px) - 5rem));
    max-block-size: max(12rem, min(60dvh, 100dvh - var(--_keyboard, 0px) - 5rem));
    border-width: 1px 0 0;
    border-radius: calc(1.5 * var(--_radius)) calc(1.5 * var(--_radius)) 0 0;
  }
  .panel.sheet .inner {
    padding-block-end: max(calc(4 * var(--_space)), env(safe-area-inset-bottom));
  }
  .panel.flow {
    position: static;
    inline-size: auto;
    max-block-size: none;
    margin-block: calc(3 * var(--_space));
    box-shadow: none;
  }
  .head {
    display: flex;
    align-items: start;
    justify-content: space-between;
    gap: calc(2 * var(--_space));
    padding: calc(4 * var(--_space)) calc(4 * var(--_space)) 0;
  }
  .title {
    font-size: 1rem;
    font-weight: 650;
    line-height: 1.35;
    overflow-wrap: anywhere;
    unicode-bidi: plaintext;
  }
  .close {
    flex: none;
    display: grid;
    place-items: center;
    inline-size: 32px;
    block-size: 32px;
    margin: -6px;
    padding: 0;
    color: var(--_muted);
  }
  blockquote {
    margin: 0;
    padding-inline-start: calc(2.5 * var(--_space));
    border-inline-start: 3px solid var(--afterword-passage-line, rgb(190 130 0));
    color: var(--_muted);
    max-block-size: 4.4em;
    overflow: hidden;
    white-space: pre-line;
    overflow-wrap: anywhere;
    unicode-bidi: plaintext;
  }
  .here {
    display: flex;
    flex-wrap: wrap;
    gap: var(--_space);
  }
  .here button {
    max-inline-size: 100%;
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
    padding-inline: calc(2 * var(--_space));
    border: 1px solid var(--_hairline);
    font-size: var(--_small);
  }
  .here [aria-pressed='true'] {
    color: var(--_accent);
    border-color: currentColor;
  }
  .latest {
    display: grid;
    gap: calc(3 * var(--_space));
  }
  .latest li {
    display: flex;
    flex-wrap: wrap;
    align-items: baseline;
    column-gap: calc(2 * var(--_space));
  }
  .latest b {
    font-weight: 600;
    unicode-bidi: isolate;
  }
  .latest .note {
    font-size: var(--_small);
  }
  .words {
    flex: 0 0 100%;
    max-block-size: 7.3em;
    overflow: hidden;
    overflow-wrap: anywhere;
  }
  .words.plain {
    white-space: pre-wrap;
    unicode-bidi: plaintext;
  }
  .all {
    align-self: start;
    margin-inline-start: calc(-2 * var(--_space));
    color: var(--_accent);
  }
  afterword-form {
    min-inline-size: 0;
  }
`;

/** Above the styles of the thread's controls, which the panel's comments wear as well. */
export const panelLast = css`
  .latest .acts {
    margin-block-start: 0;
  }
  .latest afterword-form {
    flex: 0 0 100%;
    margin-block-start: calc(2 * var(--_space));
  }
`;
