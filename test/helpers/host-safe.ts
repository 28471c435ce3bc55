/**
 * The page we are a guest on must never notice our trouble (FAULTS, invariant H): counts what reaches its own listeners,
 * uncaught errors and promises nobody caught, in every tab and across reloads.
 */
import { strict as assert } from 'node:assert';
import type { BrowserContext } from 'playwright-core';

export interface HostWatch {
  /** What reached a page, in order. */
  readonly harm: readonly string[];
  /** Fails where anything did. */
  isSafe(): void;
}

/** Before the first page of the context is opened. */
export async function watchHost(context: BrowserContext): Promise<HostWatch> {
  const harm: string[] = [];
  // What the page's own listeners are told …
  await context.exposeBinding('tellHarm', (_, what: string) => void harm.push(what));
  await context.addInitScript(() => {
    const { tellHarm } = globalThis as unknown as { tellHarm(what: string): void };
    addEventListener('error', ({ message }) => tellHarm(`error: ${message}`));
    addEventListener('unhandledrejection', ({ reason }) => tellHarm(`unhandledrejection: ${String(reason)}`));
  });
  // … and what the browser itself counts, should a listener have been too late.
  context.on('weberror', (error) => void harm.push(`uncaught: ${error.error().message}`));
  return { harm, isSafe: () => assert.deepEqual(harm, [], 'what reached the page') };
}
