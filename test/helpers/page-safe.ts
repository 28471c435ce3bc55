/** The page a test runs in stands for the host: nothing of ours may reach its own listeners (FAULTS, invariant H). */
import { expect } from '@open-wc/testing';

const harm: string[] = [];
const onError = ({ message }: ErrorEvent): void => void harm.push(`error: ${message}`);
const onRejection = ({ reason }: PromiseRejectionEvent): void =>
  void harm.push(`unhandledrejection: ${String(reason)}`);

/** Called in a `describe`: every test in it fails where an error or a promise nobody caught reached the page. */
export function keepsPageSafe(): void {
  before(() => {
    addEventListener('error', onError);
    addEventListener('unhandledrejection', onRejection);
  });
  afterEach(async () => {
    // A browser tells of a promise nobody caught after the turn in which it was rejected.
    await new Promise((next) => setTimeout(next));
    expect(harm.splice(0), 'what reached the page').to.deep.equal([]);
  });
  after(() => {
    removeEventListener('error', onError);
    removeEventListener('unhandledrejection', onRejection);
  });
}
