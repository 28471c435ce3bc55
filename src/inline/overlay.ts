/**
 * Paints passages where a browser has no CSS highlights (Safari before 17.2, Firefox before 140): rectangles in an
 * element of ours outside the article, which lets every press through. Only what is near the window is drawn.
 */
import { linesOf } from './lines.ts';
import { LOOKS, STYLES, stretchesOf, TINT } from './painter.ts';
import type { Paint, Painter } from './painter.ts';
import type { TextMap } from './text-map.ts';

/** How far above and below the window is drawn ahead, in heights of the window. */
const AHEAD = 1;

/** These lie above the words, and a strong ground would hide them: a frame stands for it. */
const CSS_TEXT = `:host{all:initial;position:absolute;top:0;left:0;width:0;height:0;pointer-events:none}
i{position:absolute;top:0;left:0;box-sizing:border-box}
${LOOKS.map((look) => {
  const { ground, line, style, strong } = STYLES[look];
  const thickness = style === 'double' ? '3px' : '1.5px';
  const frame = strong ? `outline:1.5px ${style} ${line};border-radius:2px;` : '';
  return `.${look}{background-color:${strong ? TINT : ground};${frame}border-bottom:${thickness} ${style} ${line}}`;
}).join('')}
@media print{:host{display:none}}
@media (forced-colors:active){i{background-color:transparent;border-bottom-color:LinkText;border-bottom-width:3px;outline-color:LinkText}}`;

export function overlayPainter(layer: Element): Painter {
  let map: TextMap | undefined;
  const paints = new Map<string, Paint>();
  const host = document.createElement('div');
  // A screen reader knows passages by their buttons.
  host.setAttribute('aria-hidden', 'true');
  const root = host.attachShadow({ mode: 'open' });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(CSS_TEXT);
  root.adoptedStyleSheets = [sheet];
  let frame = 0;
  let changed = false;

  const draw = (): void => {
    frame = 0;
    if (!map) return;
    if (!host.isConnected) layer.append(host);
    const origin = host.getBoundingClientRect();
    const [top, bottom] = [-AHEAD * innerHeight, (1 + AHEAD) * innerHeight];
    const boxes: HTMLElement[] = [];
    // All is measured before anything is written, and what is far off is not measured line by line.
    const all = LOOKS.flatMap((look) => stretchesOf(paints.values(), look).map((it) => ({ ...it, look })));
    for (const paint of all) {
      const block = map.blockAt(paint.start).getBoundingClientRect();
      const last = map.blockAt(paint.end - 1).getBoundingClientRect();
      if (last.bottom < top || block.top > bottom) continue;
      for (const line of linesOf(map, paint)) {
        const seen = clipped(line, map.blockAt(paint.start));
        if (!seen || seen.bottom < top || seen.top > bottom) continue;
        const box = document.createElement('i');
        box.className = paint.look;
        box.style.transform = `translate(${seen.left - origin.left}px,${seen.top - origin.top}px)`;
        box.style.width = `${seen.width}px`;
        box.style.height = `${seen.height}px`;
        boxes.push(box);
      }
    }
    root.replaceChildren(...boxes);
  };
  const drawSoon = (): void => {
    frame ||= requestAnimationFrame(draw);
  };

  return {
    read(now) {
      map = now;
      drawSoon();
    },
    paint(name, next) {
      if (next) paints.set(name, next);
      else paints.delete(name);
      changed = true;
    },
    flush() {
      if (changed) drawSoon();
      changed = false;
    },
    moved: drawSoon,
    repair() {
      if (paints.size && !host.isConnected) drawSoon();
    },
    close() {
      cancelAnimationFrame(frame);
      host.remove();
    },
  };
}

/** What of a line is to be seen in the boxes that scroll around it (a long line of code, a wide table). */
function clipped(line: DOMRect, around: Element): DOMRect | null {
  let { left, top, right, bottom } = line;
  for (let at: Element | null = around; at && at !== document.body; at = at.parentElement) {
    if (at.scrollWidth <= at.clientWidth && at.scrollHeight <= at.clientHeight) continue;
    if (getComputedStyle(at).overflow === 'visible') continue;
    const box = at.getBoundingClientRect();
    left = Math.max(left, box.left);
    top = Math.max(top, box.top);
    right = Math.min(right, box.right);
    bottom = Math.min(bottom, box.bottom);
  }
  return left < right && top < bottom ? new DOMRect(left, top, right - left, bottom - top) : null;
}
