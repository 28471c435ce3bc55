/** Many confirmed subscribers of a page, laid into a database file as if each had chosen and confirmed. */
import { Storage } from '../../src/server/storage/storage.ts';

export const addressOf = (number: number): string => `reader-${number}@reader.example`;

/** The page has to be there: somebody wrote on it. Addresses are `addressOf(0)` to `addressOf(count - 1)`. */
export async function subscribeMany(database: string, page: string, count: number): Promise<void> {
  const storage = await Storage.open(database, { channels: ['mail'] });
  try {
    const site = 'default';
    const { id: thread_id } = await storage.reader
      .selectFrom('threads')
      .select('id')
      .where('page', '=', page)
      .executeTakeFirstOrThrow();
    const at = Date.now();
    for (let from = 0; from < count; from += 250) {
      const numbers = Array.from({ length: Math.min(250, count - from) }, (_, index) => from + index);
      await storage.writer.transaction().execute(async (tx) => {
        const ids = (n: number) => ({ author_id: `author-${n}`, address_id: `address-${n}` });
        await tx
          .insertInto('addresses')
          .values(
            numbers.map((n) => ({
              id: ids(n).address_id,
              site,
              channel: 'mail' as const,
              address: addressOf(n),
              folded: addressOf(n),
              keys: null,
              language: 'en',
              blocked: 0,
              created_at: at,
            })),
          )
          .execute();
        await tx
          .insertInto('holders')
          .values(numbers.map((n) => ({ site, ...ids(n), confirmed_at: at, asked_at: at })))
          .execute();
        await tx
          .insertInto('subscriptions')
          .values(
            numbers.map((n) => ({
              site,
              author_id: ids(n).author_id,
              thread_id,
              comment_id: '',
              choice: 'page' as const,
              counter: 1,
              created_at: at,
            })),
          )
          .execute();
      });
    }
  } finally {
    await storage.close();
  }
}
