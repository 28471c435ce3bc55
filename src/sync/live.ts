/**
 * News of a thread while it is looked at: listens to the backend where it tells them by itself, asks now and then
 * where it doesn't, and lays them in so that nothing moves. A page that is put away or hidden listens to nothing, so that
 * it may rest in the back/forward cache; looked at again, it catches up.
 */
import type { News } from '../adapters/adapter.ts';
import type { Changes, Comment } from '../model/comment.ts';
import { seenUpTo, showNews, takeNews } from '../model/news.ts';
import { parseNews } from '../model/parse.ts';
import type { Thread } from '../model/thread.ts';
import type { CommentRow } from '../model/view.ts';
import type { Ambient } from './ambient.ts';
import type { LiveAct } from './store.ts';
import type { OpenThread } from './thread-store.ts';

export interface Live {
  act(act: LiveAct): Promise<string | null>;
  /** The backend has spoken on this page: from there on news are news. */
  begin(): void;
  /** Asks what changed, at once. */
  lookForNews(): Promise<void>;
  stop(): void;
}

export interface LiveSettings {
  /** The reader's remembered choice for this site; null where there is none. */
  readonly choice: () => Promise<'on' | 'paused' | null>;
  readonly remember: (choice: 'on' | 'paused') => void;
  /** Keeps up to when the thread was seen, for the next visit. */
  readonly keepSeen: (upTo: number) => void;
  /** Something of the reader's own may have changed: held, approved, rejected. */
  readonly ownChanged: () => void;
  /** Comments on passages came, went or were hidden: what counts them is no longer right. */
  readonly passagesChanged: () => void;
}

/** A vote or an edit is no matter for the passages; a comment that came or went is. */
function touchesPassages({ comments }: Thread, { comments: changed, removed }: Changes): boolean {
  return (
    changed.some((one) => {
      const before = comments.get(one.id);
      return Boolean(one.quote ?? before?.quote) && before?.state !== one.state;
    }) || removed.some((id) => comments.get(id)?.quote)
  );
}

/** Of an own comment: held, approved, answered or no longer. A vote, or the echo of what was written here, tells nothing. */
function changesRights(before: Comment | undefined, after: Comment): boolean {
  return before?.state !== after.state || before.descendants > 0 !== after.descendants > 0;
}

/** So often a backend that tells nothing by itself is asked, when it answers; and at the most, when it doesn't. */
const askEvery = 60_000;
/** So often one that would tell, where listening would keep the page out of the back/forward cache. */
const askInstead = 20_000;
const askAtMost = 10 * 60_000;
/** A thousand pages that were told to ask don't ask at once. */
const spread = 4000;

export function makeLive(world: Ambient, open: OpenThread, settings: LiveSettings): Live {
  const { adapter, key, refresh } = open;
  const tells = Boolean(adapter.can.live && adapter.watch);
  const isTold = tells && (world.restsWithStream || !adapter.can.changes);
  const canTell = tells || adapter.can.changes;
  let isOn: boolean | null = null;
  let hasBegun = false;
  let stopListening: (() => void) | null = null;
  let cancelAsking: (() => void) | null = null;
  let asking: Promise<void> | null = null;
  let failures = 0;
  /** Stepped to last: read as soon as the reader steps on. */
  let reading: string | null = null;
  let keptSeen = 0;
  let cancelCounting: (() => void) | null = null;

  const setStatus = (changed: Partial<OpenThread['status']>): void => {
    open.status = { ...open.status, ...changed };
    open.redrawSoon();
  };

  function take(changes: Changes): void {
    const { info } = open.thread;
    if (!info) return;
    if (changes.tooOld || changes.info.epoch !== info.epoch) {
      // The backend can't tell it piece by piece. To ask for the first page is the reader's affair: it moves everything.
      setStatus({ behind: Math.max(1, changes.info.count - info.count) });
      return;
    }
    if (changes.info.revision < info.revision) return;
    const before = open.thread;
    const touchesOwn =
      changes.comments.some((one) => open.isOwn(one.id) && changesRights(before.comments.get(one.id), one)) ||
      changes.removed.some((id) => open.isOwn(id));
    const { thread, shown } = takeNews(open, changes, open.isOwn, world.now());
    open.thread = thread;
    open.shown = shown;
    keepSeen();
    open.redrawSoon();
    if (touchesOwn) settings.ownChanged();
    if (touchesPassages(before, changes)) cancelCounting ??= world.after(world.random() * spread, countPassages);
  }

  function countPassages(): void {
    cancelCounting = null;
    settings.passagesChanged();
  }

  function hear(told: unknown): void {
    const { info } = open.thread;
    let news: News;
    try {
      news = parseNews(told);
    } catch {
      news = { kind: 'moved' }; // Something was said that nobody can read: ask.
    }
    if (!info || open.isClosed || !stopListening) return;
    if (news.kind === 'changes' && news.from <= info.revision && news.changes.info.epoch === info.epoch) {
      take(news.changes);
    } else askSoon(world.random() * spread);
  }

  function lookForNews(): Promise<void> {
    asking ??= (async () => {
      const { info } = open.thread;
      if (!info || !open.isFresh || !adapter.can.changes || open.status.behind) return;
      const changes = await refresh.changes(info);
      if (!open.isClosed) take(changes);
      failures = 0;
    })()
      .catch(() => void failures++) // Whoever reads needs no word of it: it is asked again.
      .finally(() => (asking = null));
    return asking;
  }

  function askSoon(wait: number): void {
    if (cancelAsking) return;
    cancelAsking = world.after(wait, () => {
      cancelAsking = null;
      void lookForNews().then(() => {
        if (stopListening && !isTold) askAgain();
      });
    });
  }

  function askAgain(): void {
    const wait = Math.min(askAtMost, (tells ? askInstead : askEvery) * 2 ** Math.min(failures, 8));
    askSoon(wait * (0.75 + world.random() / 2));
  }

  function listen(): void {
    const { info } = open.thread;
    if (stopListening || !info || !isOn || !hasBegun || open.isClosed || world.isHidden()) return;
    if (isTold && adapter.watch) {
      const { epoch, revision } = info;
      // A stop that comes from within the call must find something to stop.
      stopListening = () => undefined;
      try {
        stopListening = adapter.watch({ ...key }, { epoch, revision }, hear);
        return;
      } catch {
        // An adapter that throws tells nothing: it is asked instead.
      }
    }
    stopListening = () => undefined;
    askAgain();
  }

  function fallSilent(): void {
    const stop = stopListening;
    stopListening = null;
    cancelAsking?.();
    cancelAsking = null;
    try {
      stop?.();
    } catch {
      // Its trouble is not the thread's.
    }
  }

  /** Looked at again. A stream catches up by itself; where there is none, or it was only asked, what was missed is asked. */
  function rise(): void {
    if (stopListening) return;
    listen();
    if (stopListening && !isTold) {
      cancelAsking?.();
      cancelAsking = null;
      askSoon(world.random() * spread);
    }
  }

  /** The stream may have died with the network, and would find out late. */
  function listenAnew(): void {
    if (isTold) fallSilent();
    rise();
  }

  function keepSeen(): void {
    if (!open.isFresh || world.isHidden()) return;
    const upTo = seenUpTo(open.thread, open.shown, world.now());
    // On a first visit nothing is unread but what comes from now on.
    if (open.shown.lastVisit === null) open.shown = { ...open.shown, lastVisit: upTo };
    if (upTo <= keptSeen) return;
    keptSeen = upTo;
    settings.keepSeen(upTo);
  }

  async function begin(): Promise<void> {
    keepSeen();
    if (hasBegun) return;
    hasBegun = true;
    if (!canTell) return;
    const choice = await settings.choice();
    if (isOn === null) isOn = choice ? choice === 'on' : !world.savesData();
    setStatus({ live: isOn ? 'on' : 'paused' });
    listen();
  }

  async function show(rootId: string | null): Promise<string | null> {
    if (rootId === null && open.status.behind) {
      open.status = { ...open.status, behind: 0 };
      open.isFresh = false; // What it knows is too old to be compared: the first page is asked for.
      await open.load(true);
      return open.view.rows[0]?.key ?? null;
    }
    const { shown, first } = showNews(open, rootId);
    open.shown = shown;
    keepSeen();
    open.redraw();
    return first;
  }

  function nextUnread(from: string | null): string | null {
    if (reading !== null) open.shown = { ...open.shown, read: new Set(open.shown.read).add(reading) };
    const rows = open.view.rows.filter((row): row is CommentRow => row.kind === 'comment');
    const at = rows.findIndex(({ key: id }) => id === from);
    const unread = ({ unread: is, key: id }: CommentRow): boolean => is === true && id !== reading;
    const next = rows.slice(at + 1).find(unread) ?? rows.find(unread);
    reading = next?.key ?? null;
    open.redraw();
    return reading;
  }

  const stops = [
    world.on('hide', fallSilent),
    world.on('hidden', fallSilent),
    world.on('show', rise),
    world.on('visible', rise),
    world.on('online', listenAnew),
  ];

  return {
    async act(wish) {
      if (wish.act === 'show') return show(wish.rootId);
      if (wish.act === 'next-unread') return nextUnread(wish.from);
      isOn = !wish.paused;
      settings.remember(isOn ? 'on' : 'paused');
      setStatus({ live: isOn ? 'on' : 'paused' });
      if (isOn) rise();
      else fallSilent();
      return null;
    },
    begin: () => void begin(),
    lookForNews,
    stop() {
      fallSilent();
      cancelCounting?.();
      stops.forEach((stop) => stop());
    },
  };
}
