/**
 * Everything that can go wrong between a reader's press and the server's table, by a short id that the names of the tests
 * carry (`A4: …`, several as `A6, A7: …`). `npm run faults` puts the two together. A fault that has no test needs a
 * reason here.
 */

/**
 * Where a fault has to be proved: `e2e` is the built widget in Chromium against real processes, `engines` the browser tests
 * in Chromium, Firefox and WebKitGTK, `node` a test without a browser. Further tests of it may lie anywhere.
 */
export type Place = 'e2e' | 'engines' | 'node';

export interface Fault {
  readonly id: string;
  readonly name: string;
  /** A test in each of these; where there is none named, a test anywhere. */
  readonly proved: readonly Place[];
  /** What must stand before it can be tried: PostgreSQL, mails, moderation. */
  readonly due?: string;
  /** Why it can't be made on a machine like this one. */
  readonly impossible?: string;
}

type Line = readonly [id: string, name: string, more?: Partial<Omit<Fault, 'id' | 'name'>>];

const group = (proved: readonly Place[], lines: readonly Line[]): Fault[] =>
  lines.map(([id, name, more]) => ({ id, name, proved, ...more }));

const network = group(
  ['e2e'],
  [
    ['A1', 'offline before Send'],
    ['A2', 'the browser says online and there is no way out'],
    ['A3', 'the connection dies before the request arrives'],
    ['A4', 'stored by the server, and the answer is lost'],
    ['A5', 'the browser itself sends the request again'],
    ['A6', 'fewer bytes than the answer announced'],
    ['A7', 'an answer in chunks that breaks off'],
    ['A8', 'half a JSON document that calls itself whole'],
    ['A9', 'an answer that begins after half a minute'],
    ['A10', 'an answer that drips'],
    ['A11', 'no answer at all'],
    ['A12', 'an answer of sixty megabytes'],
    ['A13', 'JSON nested 200,000 deep'],
    ['A14', 'an answer that is called compressed and is not'],
    ['A15', 'bytes that are no HTTP'],
    ['A16', 'no CORS header'],
    ['A17', 'a redirect to a page of the same origin'],
    ['A18', 'a redirect to another origin'],
    ['A19', 'a Wi-Fi sign-in page that answers 200'],
    ['A20', 'a network that says it wants a sign-in (511)'],
    ['A21', 'a network that comes and goes each second'],
    ['A22', 'a page whose policy forbids the connection'],
    ['A23', 'a page that is left with more than a beacon carries'],
  ],
);

const answers = group(
  ['e2e'],
  [
    ['B1', '500 once'],
    ['B2', '500 for ever'],
    ['B3', 'Retry-After in the past or in the year 2099'],
    ['B4', '429 that says when'],
    ['B5', '429 that does not'],
    ['B6', 'JSON of another shape'],
    ['B7', 'an empty answer'],
    ['B8', 'a yes to somebody else'],
    ['B9', 'the same yes twice'],
    ['B10', 'answers in another order than the questions'],
    ['B11', 'a list from before our comment'],
    ['B12', 'a session that ends in the middle of a queue'],
    ['B13', 'a ban'],
    ['B14', 'the parent is gone by the time the reply arrives'],
    ['B15', 'another request with our key is being worked on'],
    ['B16', 'too large, told before it was read'],
    ['B17', 'a key with other words than before'],
    ['B18', 'held for approval'],
    ['B19', 'called spam in silence'],
    ['B20', 'a server restored from a backup without our comment'],
    ['B21', 'fields and words of a newer server'],
    ['B22', 'a server that no longer speaks our version'],
    ['B23', 'text that comes back changed'],
    ['B24', 'broken UTF-8 and a byte order mark'],
  ],
);

const adapters = group(
  ['engines'],
  [
    ['C1', 'throws at once'],
    ['C2', 'throws what is no error'],
    ['C3', 'never settles'],
    ['C4', 'settles twice'],
    ['C5', 'resolves with nothing'],
    ['C6', 'answers with a thenable'],
    ['C7', 'says it was aborted when nobody did'],
    ['C8', 'does not heed the signal'],
    ['C9', 'changes what it was given'],
    ['C10', 'hands over 10,000 comments at once'],
    ['C11', 'ids twice, replies before their parents, parents in a circle'],
    ['C12', 'tells news a thousand times, and after nobody listens'],
    ['C13', 'cannot tell a repeat from a second comment'],
    ['C14', 'is replaced while words wait for it'],
    ['C15', 'its script cannot be loaded'],
  ],
);

const storage = group(
  [],
  [
    ['D1', 'no room for the words'],
    ['D2', 'no room for the copy of a thread'],
    ['D3', 'the copy fails while words are written'],
    ['D4', 'the database refuses to open'],
    ['D5', 'storage is forbidden'],
    ['D6', 'there is no storage'],
    ['D7', 'opening never ends'],
    ['D8', 'the connection to the database is lost'],
    ['D9', 'the site’s data is cleared under an open page'],
    ['D10', 'the browser clears it between two visits'],
    ['D11', 'the power goes right after a write'],
    ['D12', 'an old tab blocks an upgrade'],
    ['D13', 'an old script meets a newer database'],
    ['D14', 'an upgrade breaks off'],
    ['D15', 'a row nobody can read'],
    ['D16', 'a value that cannot be cloned'],
    ['D17', 'waiting for something else inside a transaction'],
    ['D18', 'no room for drafts'],
    ['D19', 'two versions of the widget on one page'],
    ['D20', 'words of another reader of this browser'],
  ],
);

const tabs = group(
  [],
  [
    ['E1', 'two tabs send at once'],
    ['E2', 'a tab crashes while it sends'],
    ['E3', 'a frozen tab holds the lock'],
    ['E4', 'put away while it sends, and taken up again'],
    ['E5', 'closed between disk and network'],
    ['E6', 'closed before the disk has it'],
    ['E7', 'no Web Locks'],
    ['E8', 'no BroadcastChannel'],
    ['E9', 'storage of its own under each site that frames it'],
    ['E10', 'locks that refuse in a foreign frame'],
    [
      'E11',
      'an old service worker serves an old script to a new page',
      { impossible: 'there is no older release whose script could be served; B22 and D13 prove what would follow' },
    ],
    ['E12', 'a service worker and a page send at once', { impossible: 'our service worker sends nothing' }],
    ['E13', 'a service worker that is stopped while it sends', { impossible: 'our service worker sends nothing' }],
    ['E14', 'fifty sections on one page'],
    ['E15', 'the page takes the section away while it sends'],
    ['E16', 'the page replaces what the language came with'],
    ['E17', 'the page’s own listeners throw'],
  ],
);

const clocks = group(
  ['engines'],
  [
    ['F1', 'the clock jumps back'],
    ['F2', 'the clock is years ahead'],
    ['F3', 'the laptop sleeps'],
    ['F4', 'the server’s clock is ahead'],
    ['F5', 'another time zone', { proved: ['e2e'] }],
    ['F6', 'no randomUUID'],
    ['F7', 'a duplicated tab', { proved: ['e2e'] }],
    ['F8', 'pressed twice'],
  ],
);

const content = group(
  ['engines'],
  [
    ['G1', 'a paste of 100,000 characters'],
    ['G2', 'Markdown made to take for ever'],
    ['G3', 'half characters, zeros, turned writing'],
    ['G4', 'the sanitiser makes nothing of it'],
    ['G5', 'a draft of an edit meets another text'],
    ['G6', 'a character that would be cut in two'],
  ],
);

const server = group(
  ['node'],
  [
    ['H1', 'the same request twice in one millisecond'],
    ['H2', 'a crash between storing and answering'],
    ['H3', 'a crash between storing and the mail'],
    ['H4', 'fifty writers'],
    ['H5', 'a full disk'],
    ['H6', 'the database server hangs up', { due: 'PostgreSQL' }],
    ['H7', 'chunks beyond the limit'],
    ['H8', 'more bytes than were announced'],
    ['H9', 'a request that drips'],
    ['H10', 'asked to stop with a hundred requests open'],
    ['H11', 'a third party is down'],
    ['H12', 'killed while it migrates'],
    ['H13', 'a repeat after a month'],
    ['H14', 'the server’s clock is set back'],
    ['H15', 'addresses that are made up'],
    ['H16', 'a chain 10,000 deep, a thread of 100,000'],
  ],
);

export const FAULTS: readonly Fault[] = [
  ...[network, answers, adapters, storage, tabs, clocks, content, server].flat(),
];

/** The ids in a test's name: what stands before its first colon. */
export function faultsIn(name: string): string[] {
  const [, ids = ''] = /^([A-Z]-?\d*(?:, [A-Z]-?\d*)*): /.exec(name) ?? [];
  return ids.split(', ').filter((id) => /^[A-H]\d+$/.test(id));
}

/** Finds the names that carry one; a little more than that does no harm. */
export const FAULT_PATTERN = '\\b[A-H]\\d+(, [A-Z]-?\\d*)*: ';
