/** The drawings of controls; see `icons.ts`. */
import { html } from 'lit';

export const up = html`<svg viewBox="0 0 16 16" aria-hidden="true">
  <path d="M8 2.75 13.25 9H10v4.25H6V9H2.75Z" />
</svg>`;
export const down = html`<svg viewBox="0 0 16 16" aria-hidden="true">
  <path d="M8 13.25 2.75 7H6V2.75h4V7h3.25Z" />
</svg>`;
/** Round line ends make three dots of three lines without length. */
export const dots = html`<svg viewBox="0 0 16 16" aria-hidden="true">
  <path stroke-width="2" d="M3 8h0M8 8h0M13 8h0" />
</svg>`;
export const bell = html`<svg viewBox="0 0 16 16" aria-hidden="true">
  <path
    d="M3 11.5h10c-1-1-1.4-2-1.4-4.3C11.6 4.7 10.2 3 8 3S4.4 4.7 4.4 7.2C4.4 9.5 4 10.5 3 11.5ZM6.7 13.8h2.6M8 3V1.7"
  />
</svg>`;
export const closes = html`<svg viewBox="0 0 16 16" aria-hidden="true">
  <path d="M1.75 8a6.25 6.25 0 1 0 12.5 0a6.25 6.25 0 1 0-12.5 0M5 8h6" />
</svg>`;
export const opens = html`<svg viewBox="0 0 16 16" aria-hidden="true">
  <path d="M1.75 8a6.25 6.25 0 1 0 12.5 0a6.25 6.25 0 1 0-12.5 0M5 8h6M8 5v6" />
</svg>`;
