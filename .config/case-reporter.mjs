/**
 * A reporter for node's test runner that leaves one JSON line for each test, {file, name, result}: what
 * `npm run faults` reads. Beside the one that prints.
 */
import { relative } from 'node:path';

export default async function* reportCases(events) {
  for await (const { type, data } of events) {
    if (type !== 'test:pass' && type !== 'test:fail') continue;
    // A suite is the sum of its tests, and a file that could not be loaded has none that could carry an id.
    if (data.details?.type === 'suite') continue;
    const isSkipped = data.skip !== undefined || data.todo !== undefined;
    const result = isSkipped ? 'skipped' : type === 'test:pass' ? 'passed' : 'failed';
    yield `${JSON.stringify({ file: relative(process.cwd(), data.file ?? ''), name: data.name, result })}\n`;
  }
}
