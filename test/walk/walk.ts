/**
 * The walk: three tabs of one browser and a second reader, a real server, and everything going wrong between them. After
 * each leg all is mended; then the server's table and what every tab shows must be what the model says.
 */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { buildSync } from 'esbuild';
import { chromium, type Browser } from 'playwright-core';
import { browserFor, CHROMIUM_FLAGS } from '../../.config/browsers.mjs';
import { authorIdOf, hashToken } from '../../src/server/rules/tokens.ts';
import { seededRandom } from '../helpers/random.ts';
import { openMailbox, type Mailbox } from '../helpers/mailbox.ts';
import { startAfterword, type AfterwordServer } from '../helpers/server.ts';
import { Model } from './model.ts';
import { Plan, TABS, type Leg, type Moment } from './plan.ts';
import { Proxy } from './proxy.ts';
import { Tab } from './tab.ts';
import { Targets } from '../helpers/targets.ts';
import { addressOf, isWhole, type Glance, type Look, type ReaderName, type Wish } from './wishes.ts';

/** What the server is told to be called in mails. */
const PUBLIC = 'https://comments.example';
const CHOICES = `select s.choice from subscriptions s join threads t on t.id = s.thread_id and s.comment_id = ''`;

/** So many operations of a browser may wait when the next ones are asked for. */
const BACKLOG = 25;
/** So often it is looked whether they went, and so much time goes by in between, in milliseconds. */
const PATIENCE = 10;
const PATIENT_FOR = 2000;
/** Deliveries that go on by themselves. */
const UNDER_WAY: readonly string[] = ['sending', 'waiting', 'retrying'];
/** What others do beside a frozen tab is waited for so long, in milliseconds. */
const FROZEN_FOR = 500;
/** Nothing moved for so long, in milliseconds: it never will. */
const STUCK = 120_000;

export interface WalkOptions {
  readonly seed: number;
  readonly operations: number;
  /** Ends after the leg in which so many milliseconds are over. */
  readonly time?: number;
  /** Ends at this failure; before it, others go on on other pages. The first, if not said. */
  readonly failures?: number;
  /** Told after every leg. */
  readonly progress?: (sum: Sum) => void;
}

export interface Sum {
  legs: number;
  /** Wishes that a tab offered and took. */
  operations: number;
  acknowledged: number;
  /** Refused for a reason the model knows, and shown as refused. */
  refused: number;
  /** Votes that a newer one replaced before they were sent. */
  replaced: number;
  /** Went with their tab before the disk had them, or while it said that it could not keep them. */
  unsaved: number;
  notOffered: number;
  requests: number;
  faults: Record<string, number>;
  views: number;
  /** Mails that told of comments. */
  mails: number;
  lost: number;
  doubled: number;
  outOfOrder: number;
  /** Anything else that should not have been. */
  failures: string[];
  /** What led to it: the last operations and requests. */
  explained: string[];
}

/** What is known of a wish that was handed to a tab. */
interface Open {
  readonly wish: Wish;
  readonly tab: number;
  readonly moment: number;
  /** `unsure`: its tab went while it was written, or the disk was full. */
  state: 'asked' | 'kept' | 'unsure' | 'not offered';
  /** The screen did not have it in the frame of the press. */
  isUnseen?: true;
}

export async function walk(options: WalkOptions): Promise<Sum> {
  const walker = new Walker(options);
  try {
    await walker.begin();
    await walker.go();
  } catch (error) {
    walker.fail(error instanceof Error ? (error.stack ?? error.message) : String(error));
  } finally {
    await walker.end();
  }
  return walker.sum;
}

class Walker {
  readonly sum: Sum = {
    legs: 0,
    operations: 0,
    acknowledged: 0,
    refused: 0,
    replaced: 0,
    unsaved: 0,
    notOffered: 0,
    requests: 0,
    faults: {},
    views: 0,
    mails: 0,
    lost: 0,
    doubled: 0,
    outOfOrder: 0,
    failures: [],
    explained: [],
  };
  readonly #options: WalkOptions;
  readonly #plan: Plan;
  readonly #model = new Model();
  #server!: AfterwordServer;
  #mailbox!: Mailbox;
  #proxy!: Proxy;
  #host!: Server;
  #browser!: Browser;
  #targets!: Targets;
  readonly #profiles: string[] = [];
  /** Mails that were read, and in which of them a reader was told of a comment. */
  #mailsRead = 0;
  readonly #toldBy = new Map<string, string>();
  #tabs: Tab[] = [];
  #newTabs = (): Promise<void> => Promise.resolve();
  /** What was wrong so far, and how much of it when the last leg was over. */
  #trouble = 0;
  #troubled = 0;
  /** How far the clocks were pushed, and how wrong each reader's is. */
  #ahead = 0;
  #wall: Record<ReaderName, number> = { ann: 0, bob: 0 };
  #moment = 0;
  #pages: readonly string[] = [];
  #open: Open[] = [];
  /** Whose refusal was looked at. */
  readonly #told = new Set<string>();
  /** What ends a trouble, and in which moment. */
  #mending: { readonly at: number; readonly mend: () => Promise<void> }[] = [];
  /** Until when what a tab has tried is known. */
  readonly #heardAt = new WeakMap<Tab, number>();
  /** What was pressed in tabs that were frozen. */
  readonly #late: Promise<unknown>[] = [];
  #up: (() => Promise<void>) | null = null;
  #killing: Promise<void> = Promise.resolve();
  readonly #fullDisk = new Set<ReaderName>();
  /** The last that befell the tabs and the server. */
  readonly #troubles: string[] = [];
  /** Pages where something is wrong. */
  readonly #suspects = new Set<string>();

  constructor(options: WalkOptions) {
    this.#options = options;
    this.#plan = new Plan(seededRandom(options.seed), options.operations);
  }

  async begin(): Promise<void> {
    const { outputFiles } = buildSync({
      entryPoints: [new URL('page.ts', import.meta.url).pathname],
      bundle: true,
      write: false,
      format: 'esm',
      target: 'es2022',
      logLevel: 'error',
    });
    const script = outputFiles[0]?.text ?? '';
    this.#host = createServer(({ url }, response) => {
      const isScript = url === '/page.js';
      response
        .writeHead(200, { 'content-type': isScript ? 'text/javascript' : 'text/html' })
        .end(isScript ? script : '<!doctype html><title>Walk</title><script type="module" src="/page.js"></script>');
    });
    this.#host.listen(0, '127.0.0.1');
    await once(this.#host, 'listening');
    const address = `http://127.0.0.1:${(this.#host.address() as AddressInfo).port}/`;

    this.#mailbox = await openMailbox();
    const mails = { SMTP: this.#mailbox.url, MAIL_FROM: 'blog@blog.example', PUBLIC_URL: PUBLIC };
    this.#server = await startAfterword({
      env: Object.fromEntries(Object.entries(mails).map(([name, value]) => [`AFTERWORD_${name}`, value])),
    });
    this.#proxy = new Proxy({
      seed: this.#options.seed,
      target: () => this.#server.url,
      model: this.#model,
      look: (wish, counter) => this.#isDone(wish, counter),
      kill: () => this.#kill(),
      fail: (what) => this.fail(what),
    });
    await this.#proxy.open();

    this.#browser = await chromium.launch({ executablePath: browserFor('chromium'), args: [...CHROMIUM_FLAGS] });
    this.#targets = await Targets.of(this.#browser);
    this.#newTabs = async () => {
      for (const reader of new Set(TABS)) {
        const profile = await this.#targets.profile();
        this.#profiles.push(profile);
        const tab = (): Tab => new Tab({ targets: this.#targets, profile, address, server: this.#proxy.url, reader });
        const tabs = TABS.filter((one) => one === reader).map(tab);
        for (const [index, one] of tabs.entries()) one.isInFront = index === 0;
        this.#tabs.push(...tabs);
      }
    };
    await this.#newTabs();
  }

  async end(): Promise<void> {
    await this.#browser?.close();
    this.#proxy?.end();
    await this.#proxy?.close().catch(() => undefined);
    await this.#server?.stop();
    await this.#mailbox?.close();
    this.#host?.closeAllConnections();
    this.#host?.close();
  }

  async go(): Promise<void> {
    const started = performance.now();
    const { operations, time = Infinity, progress } = this.#options;
    let failed = 0;
    while (this.sum.operations < operations && performance.now() - started < time) {
      await this.#walkLeg(this.#plan.leg()).catch((error: unknown) =>
        this.fail(error instanceof Error ? (error.stack ?? error.message) : String(error)),
      );
      this.sum.legs++;
      for (const [name, count] of this.#proxy.faults) this.#count(name, count);
      this.#proxy.faults.clear();
      const isRight = this.#trouble === this.#troubled;
      this.#troubled = this.#trouble;
      if (!isRight) this.sum.explained.push(...(await this.#explain()));
      progress?.(this.sum);
      if (!isRight && ++failed >= (this.#options.failures ?? 1)) return;
      // What goes wrong once goes wrong with everything that builds on it.
      if (!isRight) await this.#beginAnew();
      this.#open = [];
    }
  }

  /** Other readers, other pages; the server and what it has stay. */
  async #beginAnew(): Promise<void> {
    this.#mending = [];
    this.#late.splice(0);
    this.#proxy.weather = 0;
    this.#proxy.noKill();
    await this.#up?.();
    await this.#proxy.open();
    for (const profile of this.#profiles.splice(0)) await this.#targets.dispose(profile);
    this.#tabs = [];
    for (const page of this.#pages) this.#proxy.retire(page);
    this.#plan.forget();
    this.#proxy.forgetReaders();
    this.#suspects.clear();
    this.#told.clear();
    this.#fullDisk.clear();
    this.#wall = { ann: 0, bob: 0 };
    await this.#newTabs();
  }

  fail(what: string): void {
    this.#trouble++;
    if (this.sum.failures.length < 50) this.sum.failures.push(`leg ${this.sum.legs + 1}: ${what}`);
    const [page] = /page-\d+/.exec(what) ?? [];
    if (page !== undefined) this.#suspects.add(page);
  }

  /** What was asked for on the pages where something is wrong, or lately, and what went to the server about it. */
  async #explain(): Promise<string[]> {
    const pages = this.#suspects.size > 0 ? [...this.#suspects].slice(0, 3) : null;
    const about = pages === null ? this.#open.slice(-60) : this.#open.filter(({ wish }) => pages.includes(wish.page));
    return [
      'What was asked for:',
      ...about.map(({ wish, tab, moment, state }) => {
        const words = [wish.kind, wish.id, wish.page, wish.target && `about ${wish.target}`, wish.text];
        const end = this.#proxy.verdictOf(wish.id) ?? 'open';
        return `  ${moment} tab ${tab}: ${words.filter(Boolean).join(' ')}: ${state}, ${end}`;
      }),
      'What went wrong:',
      ...this.#troubles.map((line) => `  ${line}`),
      ...(pages ?? []).flatMap((page) => [
        `Requests about ${page}:`,
        ...this.#proxy
          .lastOf(page)
          .filter((line) => !line.includes('/api/v1/events'))
          .slice(-200),
      ]),
      ...(
        await Promise.all((pages ?? []).flatMap((page) => this.#tabs.map((tab, index) => heardBy(tab, index, page))))
      ).flat(),
    ];
  }

  #count(fault: string, by = 1): void {
    this.sum.faults[fault] = (this.sum.faults[fault] ?? 0) + by;
  }

  // ——— A leg

  async #walkLeg(leg: Leg): Promise<void> {
    this.#pages = leg.pages;
    this.#open = [];
    await this.#openTabs();
    await Promise.all(this.#tabs.map((tab) => tab.show(leg.pages)));
    this.#proxy.weather = leg.weather;
    for (const moment of leg.moments) await this.#live(moment);
    await this.#mendAll();
    await this.#drain();
    await this.#judge();
    for (const page of leg.over) this.#proxy.retire(page);
  }

  async #openTabs(): Promise<void> {
    await Promise.all(
      this.#tabs.map(async (tab) => {
        if (!tab.isOpen) await tab.open(this.#pages, this.#ahead, this.#wall[tab.reader]);
      }),
    );
  }

  async #live(moment: Moment): Promise<void> {
    this.#moment++;
    const due = this.#mending.filter(({ at }) => at <= this.#moment);
    this.#mending = this.#mending.filter(({ at }) => at > this.#moment);
    for (const { mend } of due) await mend();
    await this.#openTabs();

    const acting = moment.wishes.map((wishes, tab) => this.#act(tab, wishes));
    await this.#befall(moment);
    const all = Promise.all(acting);
    // A frozen tab goes on with what was pressed in it when it is awake, and may have the disk in its hand until then.
    if (!this.#tabs.some(({ isFrozen }) => isFrozen)) await all;
    else if ((await Promise.race([all, pause(FROZEN_FOR)])) === undefined) this.#late.push(all);
    if (moment.push > 0) await this.#push(moment.push);
    await this.#letSend();
  }

  /** Time goes on until most of it is sent, or it is plain that nothing gets through just now. */
  async #letSend(): Promise<void> {
    for (let round = 0; round < PATIENCE; round++) {
      const unsent = (await this.#glance(true)).map((glance) => glance?.unsent ?? 0);
      if (Math.max(...unsent) <= BACKLOG) return;
      this.#ahead += PATIENT_FOR;
      await pause(80);
    }
    this.#proxy.release();
  }

  async #act(index: number, wishes: readonly Wish[]): Promise<void> {
    const tab = this.#tabs[index];
    if (!tab?.isThere || wishes.length === 0) return;
    const open = wishes.map((wish): Open => ({ wish, tab: index, moment: this.#moment, state: 'asked' }));
    this.#open.push(...open);
    for (const { wish } of open) this.#proxy.expect(wish, index, this.#moment);
    const done = await tab.act(wishes).catch(() => null);
    for (const [at, one] of open.entries()) {
      const heard = done?.[at];
      // No row says of a vote that it is not saved.
      const isUnsure = !heard || heard.is === 'unsaved' || (isWhole(one.wish) && this.#fullDisk.has(tab.reader));
      one.state = heard?.is === 'not offered' ? 'not offered' : isUnsure ? 'unsure' : 'kept';
      if (heard && one.state !== 'not offered' && !heard.isShown) one.isUnseen = true;
      if (one.state === 'kept') this.#proxy.keep(one.wish.id, this.#moment);
    }
  }

  async #befall({ trouble }: Moment): Promise<void> {
    if (trouble.what === 'nothing') return;
    const later = (moments: number, mend: () => Promise<void>): void => {
      this.#mending.push({ at: this.#moment + moments, mend });
    };
    switch (trouble.what) {
      case 'outage':
        if (this.#mending.some(({ mend }) => mend === this.#reopen)) return;
        await this.#proxy.close();
        later(trouble.moments, this.#reopen);
        break;
      case 'offline':
        for (const index of trouble.tabs) {
          const tab = this.#tabs[index];
          if (!tab?.isThere) continue;
          await tab.setOffline(true).catch(() => undefined);
          later(trouble.moments, () => tab.setOffline(false));
        }
        break;
      case 'server killed':
        if (this.#proxy.isKillDue || this.#up) return;
        this.#proxy.killAfter(trouble.after, trouble.when);
        return; // Counted when it dies.
      case 'reload':
      case 'closed':
      case 'crash': {
        const tab = this.#tabs[trouble.tab];
        if (!tab?.isThere) return;
        await pause(trouble.wait);
        this.#proxy.loseSight(tab.reader, this.#heardAt.get(tab) ?? 0);
        if (trouble.what === 'reload') await tab.reload(this.#pages, this.#ahead, this.#wall[tab.reader]);
        else if (trouble.what === 'closed') await tab.close();
        else await tab.crash();
        break;
      }
      case 'frozen': {
        const tab = this.#tabs[trouble.tab];
        if (!tab?.isThere) return;
        await tab.freeze();
        later(trouble.moments, () => tab.thaw());
        break;
      }
      case 'other tab in front': {
        const reader = TABS[trouble.tab];
        const all = this.#tabs.filter((tab) => tab.reader === reader);
        // Who has but one tab looks away, and back.
        for (const [index, tab] of this.#tabs.entries()) {
          if (all.includes(tab)) await tab.bring(index === trouble.tab && !(all.length === 1 && tab.isInFront));
        }
        break;
      }
      case 'copies dropped':
      case 'connections lost': {
        const tab = this.#tabs[trouble.tab];
        if (!tab?.isThere) return;
        await (trouble.what === 'copies dropped' ? tab.dropCopies() : tab.loseConnections()).catch(() => undefined);
        break;
      }
      case 'disk full': {
        const tab = this.#tabs.find((one) => one.reader === trouble.reader && one.isThere);
        if (!tab || this.#fullDisk.has(trouble.reader)) return;
        this.#fullDisk.add(trouble.reader);
        await tab.setQuota(1);
        later(trouble.moments, () => this.#freeDisk(trouble.reader));
        break;
      }
      case 'clock set':
        this.#wall[trouble.reader] = trouble.by;
        await this.#push(0);
        break;
    }
    this.#count(trouble.what);
    this.#noteTrouble(JSON.stringify(trouble));
  }

  #noteTrouble(what: string): void {
    this.#troubles.push(`${(performance.now() / 1000).toFixed(2)} ${this.#moment}: ${what}`);
    if (this.#troubles.length > 40) this.#troubles.shift();
  }

  readonly #reopen = (): Promise<void> => this.#proxy.open();

  async #freeDisk(reader: ReaderName): Promise<void> {
    await this.#openTabs();
    const tab = this.#tabs.find((one) => one.reader === reader && one.isThere);
    if (!tab) return void this.#mending.push({ at: this.#moment + 1, mend: () => this.#freeDisk(reader) });
    await tab.setQuota(null);
    this.#fullDisk.delete(reader);
  }

  async #push(by: number): Promise<void> {
    this.#ahead += Math.round(by);
    if (by > 10_000) this.#proxy.release();
    await Promise.all(
      this.#tabs
        .filter(({ isThere }) => isThere)
        .map((tab) => tab.setClock(this.#ahead, this.#wall[tab.reader]).catch(() => undefined)),
    );
  }

  // ——— The server's death

  /** Down from this moment on; up again in the next, or when all is mended. */
  #kill(): Promise<void> {
    let isUp = (): void => undefined;
    this.#proxy.waitFor(new Promise((resolve) => (isUp = resolve)));
    this.#count('server killed');
    this.#noteTrouble('server killed');
    this.#killing = this.#server.kill();
    this.#up = async () => {
      this.#up = null;
      await this.#killing;
      await this.#server.up();
      isUp();
    };
    const up = this.#up;
    this.#mending.push({ at: this.#moment + 1, mend: async () => void (this.#up === up && (await up())) });
    return this.#killing;
  }

  /** Whether a write was carried out although nobody heard of it. */
  #isDone(wish: Wish, counter: number): boolean {
    const author = this.#authorOf(wish.reader);
    const questions: Readonly<Record<string, readonly [sql: string, ...values: unknown[]]>> = {
      vote: [
        'select 1 from votes where comment_id = ? and author_id = ? and counter = ?',
        wish.target,
        author,
        counter,
      ],
      notify: [`${CHOICES} where t.page = ? and s.author_id = ? and s.counter = ?`, wish.page, author, counter],
    };
    const byKey = ['select 1 from idempotency_keys where key = ? and author_id = ?', wish.id, author] as const;
    return this.#server.rows(...(questions[wish.kind] ?? byKey)).length > 0;
  }

  #authorOf(reader: ReaderName): string {
    return authorIdOf('default', hashToken(this.#proxy.tokenOf(reader)));
  }

  // ——— Everything goes online

  async #mendAll(): Promise<void> {
    this.#proxy.weather = 0;
    this.#proxy.noKill();
    this.#moment++;
    const all = this.#mending;
    this.#mending = [];
    for (const { mend } of all) await mend();
    await this.#up?.();
    this.#proxy.release();
    this.#wall = { ann: 0, bob: 0 };
    await this.#openTabs();
    for (const tab of this.#tabs) {
      await tab.thaw();
      if (tab.isOffline) await tab.setOffline(false);
    }
    await Promise.all(this.#late.splice(0));
    await this.#push(0);
  }

  /** Until nothing is on its way any more; what was refused has to say so, and is thrown away by its reader. */
  async #drain(): Promise<void> {
    let step = 4000;
    let last = { unsent: '', requests: 0, since: performance.now(), changed: performance.now() };
    for (;;) {
      this.#proxy.release();
      const glances = await this.#glance();
      const isBusy = glances.some(({ under }) => under > 0) || this.#proxy.under > 0;
      const unsent = glances.map((glance) => glance.unsent).join();
      if (!isBusy && glances.every((glance) => glance.unsent === 0)) return;
      const now = performance.now();
      const { requests } = this.#proxy;
      if (unsent !== last.unsent) last = { unsent, requests, since: now, changed: now };
      else if (requests !== last.requests) last = { ...last, requests, since: now };
      if (now - last.changed > STUCK) break;
      // Also where something is under way: what hangs ends by the clock.
      if (isBusy && now - last.since < 1000) await pause(40);
      else if (!(await this.#throwAway())) {
        this.#ahead += Math.round(step);
        step = Math.min(step * 1.3, 600_000);
        await pause(20);
        if (step === 600_000) await this.#tryAgain();
      }
    }
    const told = (await this.#look()).flatMap(({ threads }, tab) =>
      threads.flatMap(({ page, storage, told: waiting }) =>
        waiting.length > 0 ? [`tab ${tab} (${storage}), ${page}: ${JSON.stringify(waiting)}`] : [],
      ),
    );
    this.fail(`it never came to rest: ${told.join('; ')}`);
  }

  #glance(some: true): Promise<(Glance | null)[]>;
  #glance(): Promise<Glance[]>;
  /** @param some A tab may be frozen or gone. */
  async #glance(some = false): Promise<(Glance | null)[]> {
    const glance = async (tab: Tab): Promise<Glance | null> => {
      const now = [this.#ahead, this.#wall[tab.reader]] as const;
      if (!some) return tab.glance(...now);
      return tab.isThere ? tab.glance(...now).catch(() => null) : null;
    };
    const asked = Date.now();
    const tabs = [...this.#tabs];
    const glances = await Promise.all(tabs.map(glance));
    for (const [index, tab] of tabs.entries()) {
      const heard = glances[index];
      if (!heard) continue;
      this.#heardAt.set(tab, asked);
      this.#proxy.noteTried(heard.tried, index);
      for (const what of heard.reached) this.fail(`tab ${index}: ${what}`);
    }
    return glances;
  }

  /** What was given up waits for its reader, who presses *Retry*. */
  async #tryAgain(): Promise<void> {
    for (const [index, { threads }] of (await this.#look()).entries()) {
      for (const { page, told } of threads) {
        const ids = told.filter(({ state }) => state === 'given-up').map(({ id }) => id);
        if (ids.length > 0) await this.#tabs[index]?.retry(page, ids);
      }
    }
  }

  /** A refusal stays beside the words, in every tab, until the reader has seen it. */
  async #throwAway(): Promise<boolean> {
    // Whoever has not heard of it yet tries again by itself.
    const onTheirWay = new Set(
      (await this.#look()).flatMap(({ threads }) =>
        threads.flatMap(({ told }) => told.filter(({ state }) => UNDER_WAY.includes(state)).map(({ id }) => id)),
      ),
    );
    const refused = this.#open.filter(({ wish }) => {
      const reason = this.#proxy.verdictOf(wish.id);
      return reason !== null && reason !== 'taken' && !this.#told.has(wish.id) && !onTheirWay.has(wish.id);
    });
    for (const { wish } of refused) {
      this.#told.add(wish.id);
      const reason = this.#proxy.verdictOf(wish.id);
      // Without words there is nothing to tell of what is gone.
      if (reason === 'comment-gone' && (wish.kind === 'vote' || wish.kind === 'delete')) continue;
      let tries = 0;
      await this.#until(`${wish.kind} ${wish.id} on ${wish.page} is called refused (${reason})`, async () => {
        // A tab that lay behind may not have the comment yet: it is looked at now.
        if (++tries % 10 === 5) await Promise.all(this.#tabs.map((tab) => tab.refresh()));
        // Nor does a row show what waits for its next attempt at a comment that is gone: its time comes now.
        if (tries % 10 === 8) {
          this.#ahead += tries * 1000;
          await this.#glance();
        }
        for (const [index, look] of (await this.#look()).entries()) {
          if (TABS[index] !== wish.reader) continue;
          const thread = look.threads.find(({ page }) => page === wish.page);
          const told = thread?.told.find(({ id }) => id === wish.id);
          const isTold = told?.state === 'refused' && told.reason === reason && told.text === wish.text;
          if (!isTold)
            return `tab ${index} (${thread?.storage}, ${thread?.unsent} unsent) says ${JSON.stringify(told)}`;
        }
        return null;
      });
      await this.#tabs.find(({ reader }) => reader === wish.reader)?.discard(wish.page, [wish.id]);
    }
    return refused.length > 0;
  }

  #look(): Promise<Look[]> {
    return Promise.all(this.#tabs.map((tab) => tab.look()));
  }

  // ——— What must have come of it

  async #judge(): Promise<void> {
    this.#judgeWishes();
    for (const what of this.#proxy.outOfOrder()) {
      this.sum.outOfOrder++;
      this.fail(`out of order: ${what}`);
    }
    for (const page of this.#pages) this.#judgeTable(page);
    await this.#judgeOutbox();
    await this.#judgeViews();
    await this.#judgeMails();
    this.#told.clear();
  }

  /** Each wish has come to one end. */
  #judgeWishes(): void {
    for (const [index, open] of this.#open.entries()) {
      const { wish, state } = open;
      const verdict = this.#proxy.verdictOf(wish.id);
      if (state === 'not offered') {
        this.sum.notOffered++;
        if (this.#proxy.arrivalsOf(wish.id) > 0) this.fail(`${wish.kind} ${wish.id} was not offered, and sent`);
        continue;
      }
      this.sum.operations++;
      // What was removed in another tab a moment before goes with the press that finds out.
      if (open.isUnseen && verdict !== 'comment-gone')
        this.fail(`${wish.kind} ${wish.id} on ${wish.page} was not shown at once in tab ${open.tab}`);
      if (verdict === 'taken') this.sum.acknowledged++;
      else if (verdict !== null) this.sum.refused++;
      else if (isWhole(wish) && this.#isReplaced(wish, index)) this.sum.replaced++;
      else if (state === 'unsure') this.sum.unsaved++;
      else {
        this.sum.lost++;
        this.fail(`lost: ${wish.kind} ${wish.id} of ${wish.reader} on ${wish.page}, asked for in tab ${open.tab}`);
      }
    }
  }

  #isReplaced(wish: Wish, index: number): boolean {
    return this.#open.some(
      (other, at) =>
        at !== index &&
        other.state !== 'not offered' &&
        other.wish.kind === wish.kind &&
        other.wish.reader === wish.reader &&
        other.wish.page === wish.page &&
        other.wish.target === wish.target,
    );
  }

  #judgeTable(page: string): void {
    for (const reader of new Set(TABS)) {
      const [row] = this.#server.rows(`${CHOICES} where t.page = ? and s.author_id = ?`, page, this.#authorOf(reader));
      const [said, meant] = [row?.['choice'] ?? null, this.#model.choice(page, reader)?.value ?? null];
      if (said !== meant) this.fail(`${reader} is told of ${String(said)} on ${page}, and wanted ${meant}`);
    }
    const rows = this.#server.rows(
      `select c.id, c.parent_id, c.state, c.text, c.up, c.down, c.author_id, c.edited_at, c.descendants
       from comments c join threads t on t.id = c.thread_id where t.page = ? order by c.created_at, c.id`,
      page,
    );
    const expected = [...this.#model.page(page).values()];
    const ids = new Set(rows.map(({ id }) => id));
    const texts = rows.filter(({ state }) => state === 'published').map(({ text }) => text);
    this.sum.doubled += rows.length - ids.size + (texts.length - new Set(texts).size);
    for (const { id } of expected) {
      if (ids.has(id)) continue;
      this.sum.lost++;
      this.fail(`lost: comment ${id} is not in the table`);
    }
    for (const row of rows) {
      if (this.#model.page(page).has(String(row['id']))) continue;
      this.sum.doubled++;
      this.fail(`doubled: comment ${String(row['id'])} is in the table and nobody wrote it`);
    }
    const told = rows.map((row) => JSON.stringify(row)).join('\n');
    const meant = expected
      .map((comment) => {
        const { up, down } = Model.score(comment);
        const row = rows.find(({ id }) => id === comment.id);
        return JSON.stringify({
          id: comment.id,
          parent_id: comment.parent,
          state: comment.isDeleted ? 'deleted' : 'published',
          text: comment.text,
          up,
          down,
          author_id: comment.isDeleted ? null : this.#authorOf(comment.writer),
          edited_at: comment.isEdited && !comment.isDeleted ? (row?.['edited_at'] ?? 'a time') : null,
          descendants: this.#model.below(page, comment.id),
        });
      })
      .join('\n');
    if (told !== meant) this.fail(`the table of ${page} is not what was written: ${firstDifference(told, meant)}`);
  }

  /** What came since: links are followed to confirm an address, and nobody is told of a comment twice, or of their own. */
  async #judgeMails(): Promise<void> {
    const { received } = this.#mailbox;
    for (const mail of received.slice(this.#mailsRead)) {
      const link = /https?:\/\/\S+\/notify\/confirm\?t=\S+/.exec(mail.mail.text ?? '')?.[0];
      if (link !== undefined) {
        const headers = { 'content-type': 'application/x-www-form-urlencoded' };
        await fetch(link.replace(PUBLIC, this.#server.url), { method: 'POST', headers, body: '' });
        continue;
      }
      this.sum.mails++;
      const [to = ''] = mail.to;
      const message = mail.mail.messageId ?? '';
      for (const [, id = ''] of (mail.mail.text ?? '').matchAll(/#comment-([0-9a-f-]{36})/g)) {
        const comment = [...this.#model.pages.values()].flatMap((page) => page.get(id) ?? [])[0];
        if (!comment) this.fail(`${to} was told of comment ${id}, which nobody wrote`);
        else if (addressOf(comment.writer) === to) this.fail(`${to} was told of their own comment ${id}`);
        // Killed between the receiver's yes and its own note, a server repeats the same message (FAULTS H3).
        if ((this.#toldBy.get(`${to} ${id}`) ?? message) !== message) {
          this.sum.doubled++;
          this.fail(`${to} was told of comment ${id} twice`);
        }
        this.#toldBy.set(`${to} ${id}`, message);
      }
    }
    this.#mailsRead = received.length;
  }

  async #judgeOutbox(): Promise<void> {
    await this.#until('nothing is left in the outbox', async () => {
      const unsent = (await this.#glance()).map((glance) => glance.unsent);
      if (unsent.some((count) => count > 0)) return `${unsent.join()} are`;
      const left = await Promise.all(this.#tabs.map((tab) => tab.onDisk()));
      return left.every((rows) => rows.length === 0) ? null : left.map((rows) => rows.join('; ')).join(' | ');
    });
  }

  async #judgeViews(): Promise<void> {
    let tries = 0;
    await this.#until('every tab shows what is there', async () => {
      // What came after the reader has looked anew waits until they do so again.
      if (tries++ % 8 === 0) await Promise.all(this.#tabs.map((tab) => tab.refresh()));
      const looks = await this.#look();
      for (const [index, look] of looks.entries()) {
        const reader = TABS[index] as ReaderName;
        for (const { page, rows, count, choice, problem, more } of look.threads) {
          const chosen = this.#model.choice(page, reader)?.value ?? 'none';
          if (choice !== chosen) return `tab ${index}, ${page}: its bell says ${choice}, not ${chosen}`;
          const expected = this.#model.rows(page, reader).join('\n');
          const shown = rows.join('\n');
          if (shown !== expected) return `tab ${index}, ${page}: ${firstDifference(shown, expected)}`;
          if (count !== this.#model.count(page)) return `tab ${index}, ${page}: it counts ${count}`;
          if (problem || more) return `tab ${index}, ${page}: ${problem ?? 'more waits'}`;
        }
      }
      this.sum.views += looks.reduce((views, { threads }) => views + threads.length, 0);
      return null;
    });
  }

  async #until(what: string, isSo: () => Promise<string | null>): Promise<void> {
    let why: string | null = '';
    for (let tries = 0; tries < 200; tries++) {
      why = await isSo();
      if (why === null) return;
      await pause(tries < 5 ? 20 : 100);
    }
    this.fail(`it is not so that ${what}: ${why}`);
  }
}

/** For what other processes do in their own time. */
function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** What a tab was told of a page, where it can still be asked. */
async function heardBy(tab: Tab, index: number, page: string): Promise<string[]> {
  const lines = await tab.heard(page).catch((error: unknown) => [String(error)]);
  return [`What tab ${index} heard of ${page}:`, ...lines.map((line) => `  ${line}`)];
}

function firstDifference(told: string, meant: string): string {
  const [a, b] = [told.split('\n'), meant.split('\n')];
  const at = a.findIndex((line, index) => line !== b[index]);
  const line = at < 0 ? a.length : at;
  const only = (these: readonly string[], those: readonly string[]): string =>
    these
      .filter((one) => !those.includes(one))
      .slice(0, 10)
      .map((one) => `\n      ${one}`)
      .join('') || ' nothing';
  return [
    `line ${line} of ${a.length} is\n    ${a[line] ?? '(none)'}\n  and should be, of ${b.length},\n    ${b[line] ?? '(none)'}`,
    `  Only shown:${only(a, b)}`,
    `  Missing:${only(b, a)}`,
  ].join('\n');
}
