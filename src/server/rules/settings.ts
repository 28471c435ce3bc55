/**
 * What a site may set (S-9): one table of settings with their defaults and what is allowed, used for the command line,
 * the configuration file and the environment alike. A wrong value is one sentence naming setting, value and allowed.
 */
import type { Rules } from '../../model/comment.ts';

export interface Settings {
  /** Where the site's pages lie. Empty: only pages of this machine (localhost) are served. */
  readonly origins: readonly string[];
  /** Who may post. `email`: everyone who gives an e-mail address. */
  readonly post: 'everyone' | 'email' | 'members';
  readonly name: 'required' | 'optional';
  readonly email: 'required' | 'optional' | 'none';
  readonly website: boolean;
  readonly votes: 'up-down' | 'up' | 'none';
  readonly 'min-length': number;
  readonly 'max-length': number;
  readonly 'max-depth': number | null;
  readonly 'edit-seconds': number;
  readonly hold: 'nobody' | 'new' | 'everyone';
  readonly closed: boolean;
  readonly consent: string | null;
  /** Whether readers may ask to be told of news, where the server can tell them. */
  readonly notify: boolean;
  /** Names that no guest may post under. */
  readonly 'reserved-names': readonly string[];
}

export type SettingName = keyof Settings;

interface Kind<T> {
  readonly default: T;
  readonly allowed: string;
  /** What it is, for `--help`. */
  readonly about: string;
  /** Undefined: not allowed. Takes text (command line, environment) and JSON values (file, database). */
  read(value: unknown): T | undefined;
}

/** The longest text a site may allow: at this length Markdown is still rendered in under a second. */
export const LONGEST_TEXT = 20_000;

export const SETTINGS: { readonly [Name in SettingName]: Kind<Settings[Name]> } = {
  origins: {
    default: [],
    allowed: 'whole addresses like https://blog.example, each named, without a path or *, separated by commas',
    about: 'origins of the site’s pages',
    read: (value) => readList(value, readOrigin),
  },
  post: choice('everyone', ['everyone', 'email', 'members'], 'who may post'),
  name: choice('required', ['required', 'optional'], 'whether a name must be given; without one it is Guest'),
  email: choice('optional', ['required', 'optional', 'none'], 'whether an e-mail address is asked for'),
  website: flag(true, 'whether a website may be given'),
  votes: choice('up-down', ['up-down', 'up', 'none'], 'which votes are offered'),
  'min-length': number(1, 0, 1_000, 'shortest text, in characters'),
  'max-length': number(10_000, 1, LONGEST_TEXT, 'longest text, in characters'),
  'max-depth': {
    default: null,
    allowed: 'page, or a whole number from 0 to 100',
    about: 'depth at which replies stop being indented',
    read: (value) => (value === null || value === 'page' || value === '' ? null : readNumber(value, 0, 100)),
  },
  'edit-seconds': number(900, 0, 31_536_000, 'how long a writer may edit, in seconds'),
  hold: choice('nobody', ['nobody', 'new', 'everyone'], 'whose comments wait for approval'),
  closed: flag(false, 'no new comments, replies or edits'),
  consent: {
    default: null,
    allowed: 'a line of at most 500 characters, or nothing',
    about: 'a line the writer must agree to',
    read: (value) => {
      if (value === null || value === '') return null;
      return typeof value === 'string' && value.length <= 500 ? value : undefined;
    },
  },
  notify: flag(true, 'whether readers may ask to be told of news'),
  'reserved-names': {
    default: [],
    allowed: 'names of at most 80 characters, separated by commas',
    about: 'names no guest may post under',
    read: (value) => readList(value, (name) => (name.length <= 80 ? name : undefined)),
  },
};

export const SETTING_NAMES = Object.keys(SETTINGS) as readonly SettingName[];

export const DEFAULTS = Object.freeze(
  Object.fromEntries(SETTING_NAMES.map((name) => [name, SETTINGS[name].default])),
) as unknown as Settings;

/** The operator's mistake, in one sentence. */
export class SettingError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'SettingError';
  }
}

/** Checks some settings; what is not named is not in the result. `where` says whose they are. */
export function readSettings(input: Readonly<Record<string, unknown>>, where: string): Partial<Settings> {
  const settings: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(input)) {
    if (!isSettingName(name)) {
      throw new SettingError(`${where}: there is no setting "${name}". Settings: ${SETTING_NAMES.join(', ')}.`);
    }
    const read = SETTINGS[name].read(value);
    if (read === undefined) {
      throw new SettingError(
        `${where}: setting "${name}" is ${JSON.stringify(value)}. Allowed: ${SETTINGS[name].allowed}.`,
      );
    }
    settings[name] = read;
  }
  return settings;
}

/** Settings that contradict each other once put together. */
export function checkSettings(settings: Settings, where: string): void {
  if (settings['min-length'] > settings['max-length']) {
    throw new SettingError(
      `${where}: setting "min-length" is ${settings['min-length']}. Allowed: at most "max-length", which is ${settings['max-length']}.`,
    );
  }
  if (settings.post === 'email' && settings.email === 'none') {
    throw new SettingError(`${where}: setting "email" is "none". Allowed with "post" = "email": required, optional.`);
  }
}

export function isSettingName(name: string): name is SettingName {
  return Object.hasOwn(SETTINGS, name);
}

/** The part of the settings that every list tells the page. */
export function rulesOf(settings: Settings): Rules {
  return {
    votes: settings.votes,
    name: settings.name,
    email: settings.post === 'email' ? 'required' : settings.email,
    website: settings.website,
    minLength: settings['min-length'],
    maxLength: settings['max-length'],
    maxDepth: settings['max-depth'],
    editSeconds: settings['edit-seconds'],
    closed: settings.closed,
    consent: settings.consent,
  };
}

/** `https://Blog.Example/` and `https://blog.example:443` are one origin; anything with a path is none. */
function readOrigin(text: string): string | undefined {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    return undefined;
  }
  // An origin is compared as a whole: one with a star would match nothing, and nobody would be told why.
  const isBare =
    url.pathname === '/' && url.search === '' && url.hash === '' && url.username === '' && !url.hostname.includes('*');
  return isBare && (url.protocol === 'https:' || url.protocol === 'http:') ? url.origin : undefined;
}

function choice<const T extends string>(standard: T, allowed: readonly T[], about: string): Kind<T> {
  return {
    default: standard,
    allowed: allowed.join(', '),
    about,
    read: (value) => allowed.find((one) => one === value),
  };
}

function flag(standard: boolean, about: string): Kind<boolean> {
  return {
    default: standard,
    allowed: 'yes, no',
    about,
    read: (value) => {
      if (value === true || value === 'yes' || value === 'true') return true;
      if (value === false || value === 'no' || value === 'false') return false;
      return undefined;
    },
  };
}

function number(standard: number, least: number, most: number, about: string): Kind<number> {
  return {
    default: standard,
    allowed: `a whole number from ${least} to ${most}`,
    about,
    read: (value) => readNumber(value, least, most),
  };
}

function readNumber(value: unknown, least: number, most: number): number | undefined {
  const read = typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : value;
  return typeof read === 'number' && Number.isInteger(read) && read >= least && read <= most ? read : undefined;
}

function readList(value: unknown, readOne: (text: string) => string | undefined): readonly string[] | undefined {
  const parts = typeof value === 'string' ? value.split(',') : value;
  if (!Array.isArray(parts)) return undefined;
  const read: string[] = [];
  for (const part of parts) {
    if (typeof part !== 'string') return undefined;
    if (part.trim() === '') continue;
    const one = readOne(part.trim());
    if (one === undefined) return undefined;
    if (!read.includes(one)) read.push(one);
  }
  return read;
}
