/**
 * How Afterword looks: every colour, space, radius and font as a variable, and the few rules all our elements share.
 * `tokens` stands once, in the section; the parts inside it inherit the private `--_…` names, so that a theme is set
 * in one place. What one element alone needs stands with that element.
 */
import { css } from 'lit';

/**
 * The public `--afterword-*` variables become private ones here. Colours are mixed from the host's text colour and one
 * accent, so that the section fits a background nobody told us about. The plain values before `@supports` are for
 * browsers without `color-mix`: a custom property is not dropped by itself when its value is not understood.
 */
export const tokens = css`
  :host {
    display: block;
    min-inline-size: 0;
  }
  :host([hidden]) {
    display: none;
  }
  /* The width we like, for what shrinks to its content: some marks with much room between, where the line may break. */
  :host::before {
    content: '- - - -';
    display: block;
    block-size: 0;
    overflow: hidden;
    visibility: hidden;
    white-space: normal;
    word-spacing: min(12em, 26vw);
  }
  .root {
    --_space: var(--afterword-space, 4px);
    --_radius: var(--afterword-radius, 8px);
    --_pill: calc(var(--_radius) * 99);
    --_small: var(--afterword-font-size-small, max(0.8125em, min(12px, 1em)));
    --_fine: var(--afterword-font-size-fine, max(0.875em, min(12px, 1em)));
    --_large: var(--afterword-font-size-large, 1.25em);
    --_measure: var(--afterword-measure, 70ch);
    --_avatar: var(--afterword-avatar, 32px);
    --_accent: var(--afterword-accent, var(--_a, #0a5fc2));
    --_accent-text: var(--afterword-accent-text, var(--_at, #fff));
    --_danger: var(--afterword-danger, var(--_d, #b3261e));
    --_success: var(--afterword-success, var(--_s, #1a6e3c));
    --_muted: var(--afterword-muted, color-mix(in srgb, var(--_text, currentColor) var(--_ink, 74%), transparent));
    --_hairline: var(--afterword-hairline, color-mix(in srgb, var(--_text, currentColor) 16%, transparent));
    --_wash: var(--afterword-wash, var(--_w, color-mix(in srgb, var(--_text, currentColor) 6%, transparent)));
    --_control: var(--afterword-control, color-mix(in srgb, var(--_text, currentColor) var(--_edge, 60%), transparent));
    --_surface: var(--afterword-surface, var(--_behind, Canvas));
    --_shadow: var(--afterword-shadow, 0 6px 24px rgb(0 0 0 / 0.16));
    --_step: var(--afterword-indent, 24px);
    --_tone: 0.18;
    display: block;
    position: relative;
    box-sizing: border-box;
    container: afterword / inline-size;
    /* The least we can do with; a container has no width of its own. */
    contain-intrinsic-inline-size: 200px;
    color: var(--afterword-text, var(--_own, inherit));
    font-family: var(--afterword-font, inherit);
    font-size: var(--afterword-font-size, inherit);
    line-height: var(--afterword-line-height, inherit);
    /* What a host may hand down that would spoil a discussion. */
    font-style: normal;
    text-align: start;
    text-indent: 0;
    text-transform: none;
    text-shadow: none;
    white-space: normal;
    word-spacing: normal;
    overflow-wrap: anywhere;
    cursor: auto;
  }
  .root.dark {
    --_accent: var(--afterword-accent, var(--_a, #8ab8ff));
    --_accent-text: var(--afterword-accent-text, var(--_at, #10182a));
    --_danger: var(--afterword-danger, var(--_d, #ffb4ab));
    --_success: var(--afterword-success, var(--_s, #8fd8a8));
    --_shadow: var(--afterword-shadow, 0 6px 24px rgb(0 0 0 / 0.5));
    --_tone: 0.36;
    color-scheme: dark;
  }
  .root.light {
    color-scheme: light;
  }
  .root:is(.paper, .bare) {
    color: var(--afterword-text, var(--_own, CanvasText));
  }
  /* The author asked for a scheme that the page behind us does not have: then we bring our own paper and ink. */
  .root.paper {
    background: var(--afterword-background, Canvas);
    padding: calc(4 * var(--_space));
    border-radius: var(--_radius);
  }
`;

/** Rules that every element of ours begins with; those for its controls are in `control-base.ts`. */
export const base = css`
  :host {
    display: block;
  }
  :host([hidden]),
  [hidden] {
    display: none !important;
  }
  *,
  ::before,
  ::after {
    box-sizing: border-box;
  }
  h2,
  h3,
  h4,
  h5,
  h6,
  p,
  ol,
  ul {
    margin: 0;
    padding: 0;
    font: inherit;
    list-style: none;
  }
  a {
    color: var(--_accent);
  }
  :focus-visible {
    outline: 2px solid var(--_accent);
    outline-offset: 2px;
  }
  button {
    appearance: none;
    min-block-size: 28px;
    padding: 0 calc(2 * var(--_space));
    border: 0;
    border-radius: var(--_radius);
    font: inherit;
    font-size: var(--_small);
    color: inherit;
    background: none;
    cursor: pointer;
  }
  svg {
    flex: none;
    inline-size: 16px;
    block-size: 16px;
    fill: none;
    stroke: currentColor;
    stroke-width: 1.5;
    stroke-linecap: round;
    stroke-linejoin: round;
    vertical-align: -3px;
  }
  .hidden {
    position: absolute;
    inline-size: 1px;
    block-size: 1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
`;
