/**
 * The sentences of the thread in English. These keys, and those of `en-writing.ts`, are the list of messages: a
 * language that lacks one does not compile. `say` fills in `{name}`; a table of plural forms is chosen from by
 * `{count}`. This file is paid for before the first paint: where a sentence can do without a plural form, it does.
 */
export const en = {
  /** The language these words are in: it decides plural forms, numbers, times and the direction of writing. */
  lang: 'en',

  // The section and its toolbar
  heading: 'Comments',
  comments: { one: '{count} comment', other: '{count} comments' },
  empty: 'Be the first to comment.',
  loading: 'Loading comments…',
  closed: 'This discussion is closed.',
  'local-only': 'These comments stay in this browser.',
  'show-comments': 'Show comments',
  'show-count': { one: 'Show {count} comment', other: 'Show {count} comments' },
  'order.partly': 'Sorted among the {count} comments on this device.',
  'try-again': 'Try again',
  'cache.age': 'Saved copy from {age}.',

  // A comment
  'row.heading': '{name}, {time}',
  'row.reply': '{name}, reply to {parent}, {time}',
  'row.missing': 'a missing comment',
  'in-reply-to': 'in reply to {name}',
  'role.guest': 'Guest',
  'role.member': 'Member',
  'role.moderator': 'Moderator',
  'role.admin': 'Admin',
  you: 'You',
  pinned: 'Pinned',
  edited: 'edited',
  stub: 'This comment was removed.',
  'just-now': 'just now',
  'state.held': 'Awaiting approval',
  'state.rejected': 'Not approved',
  'state.spam': 'Taken for spam',
  linked: 'Linked comment',

  /** A refusal we have no better words for; these stand in `en-writing.ts`. */
  refused: 'The server does not accept this.',

  // Why the discussion could not be refreshed
  'problem.offline': 'The comments can’t be reached right now.',
  'problem.wrong-server': 'The comment server’s answer makes no sense.',
  'problem.origin-not-allowed': 'The comment server does not serve this website.',
  'problem.busy': 'The comment server is busy.',
  'problem.unknown-site': 'The comment server does not know this website.',
  'problem.part-missing': 'A part of this page could not be loaded.',
  'storage.refused': 'This browser saves nothing here: keep this tab open until everything is sent.',

  // Where writing begins; the rest of it is in `en-writing.ts`
  'form.new': 'Write a comment',
  'form.placeholder': 'What do you think?',
} as const;
