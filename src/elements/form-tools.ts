/**
 * What stands below the text of the editor: the tools, each a button with a name, and the two views of it, *Write* and
 * *Preview*, as tabs. Both are one tab stop with arrow keys within.
 */
import { html, nothing, svg } from 'lit';
import type { SVGTemplateResult, TemplateResult } from 'lit';
import type { AllMessages } from '../i18n/locale.ts';
import { say } from '../i18n/locale.ts';
import type { Tool } from './form-text.ts';
import { TOOLS } from './form-text.ts';

const drawings: Readonly<Record<Tool, SVGTemplateResult>> = {
  bold: svg`<path stroke-width="2" d="M4.75 2.75v10.5M4.75 2.75H8a2.5 2.5 0 0 1 0 5H4.75h4a2.75 2.75 0 0 1 0 5.5h-4" />`,
  italic: svg`<path d="M7 2.75h5M4 13.25h5M9.5 2.75l-3 10.5" />`,
  quote: svg`<path d="M2.75 3v10M6 4.75h7.25M6 8h7.25M6 11.25h4.5" />`,
  link: svg`<path d="M6.75 9.25a2.8 2.8 0 0 0 4 0l2-2a2.8 2.8 0 0 0-4-4l-.9.9M9.25 6.75a2.8 2.8 0 0 0-4 0l-2 2a2.8 2.8 0 0 0 4 4l.9-.9" />`,
  list: svg`<path d="M6 3.5h7.25M6 8h7.25M6 12.5h7.25" /><path stroke-width="2" d="M2.75 3.5h0M2.75 8h0M2.75 12.5h0" />`,
  code: svg`<path d="M5 4 1.75 8 5 12M11 4l3.25 4L11 12" />`,
  spoiler: svg`<path d="M1.75 8S4 4.25 8 4.25 14.25 8 14.25 8 12 11.75 8 11.75 1.75 8 1.75 8ZM3 13.25 13 2.75" />`,
};

export interface ToolsHost {
  readonly words: AllMessages;
  /** The tool that has the tab stop. */
  readonly current: number;
  moveTo(index: number): void;
  use(tool: Tool): void;
}

export function renderTools(host: ToolsHost): TemplateResult {
  const { words, current } = host;
  return html`<div
    class="tools"
    part="form-tools"
    role="toolbar"
    aria-label=${say(words, 'tools')}
    aria-controls="text"
    @keydown=${(event: KeyboardEvent) => walk(event, current)}
  >
    ${TOOLS.map(
      (tool, index) =>
        html`<button
          type="button"
          aria-label=${say(words, `tool.${tool}`)}
          title=${say(words, `tool.${tool}`)}
          tabindex=${index === current ? 0 : -1}
          @focus=${() => host.moveTo(index)}
          @click=${() => host.use(tool)}
        >
          <svg viewBox="0 0 16 16" aria-hidden="true">${drawings[tool]}</svg>
        </button>`,
    )}
  </div>`;
}

/** @param change Called with whether the preview is wanted. */
export function renderViews(
  words: AllMessages,
  name: string,
  previewing: boolean,
  change: (previewing: boolean) => void,
): TemplateResult {
  const tab = (id: string, panel: string, label: 'form.write' | 'form.preview', isPreview: boolean): TemplateResult => {
    const isShown = isPreview === previewing;
    return html`<button
      type="button"
      role="tab"
      id=${id}
      part="form-tab"
      aria-selected=${String(isShown)}
      aria-controls=${isShown ? panel : nothing}
      tabindex=${isShown ? 0 : -1}
      @click=${() => change(isPreview)}
      @focus=${() => change(isPreview)}
    >
      ${say(words, label)}
    </button>`;
  };
  return html`<div
    class="views"
    part="form-tabs"
    role="tablist"
    aria-label=${name}
    @keydown=${(event: KeyboardEvent) => walk(event, previewing ? 1 : 0)}
  >
    ${tab('tab-write', 'writing', 'form.write', false)}${tab('tab-preview', 'shown', 'form.preview', true)}
  </div>`;
}

/** The arrows go the way they point, which in a language written from the right is backwards. */
function walk(event: KeyboardEvent, current: number): void {
  const bar = event.currentTarget as HTMLElement;
  const buttons = [...bar.querySelectorAll('button')];
  const forward = getComputedStyle(bar).direction === 'rtl' ? -1 : 1;
  const last = buttons.length - 1;
  const targets: Readonly<Record<string, number>> = {
    ArrowRight: current + forward,
    ArrowLeft: current - forward,
    Home: 0,
    End: last,
  };
  const target = targets[event.key];
  if (target === undefined) return;
  event.preventDefault();
  buttons[target < 0 ? last : target > last ? 0 : target]?.focus();
}
