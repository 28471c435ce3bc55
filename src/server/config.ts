/**
 * What the operator set, from three places: the command line wins over the environment, the environment over the file.
 * Everything is checked before the server starts; each mistake is one sentence that names what, its value, and what is
 * allowed.
 */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { SETTING_NAMES, type Settings, SettingError, readSettings } from './rules/settings.ts';
import { SITE_NAME } from './storage/sites.ts';

export interface Config {
  readonly database: string;
  readonly host: string;
  readonly port: number;
  readonly proxies: readonly string[];
  readonly limits: boolean;
  readonly secret: string | undefined;
  /** Null: no mail. */
  readonly smtp: string | null;
  readonly mailFrom: string | undefined;
  readonly publicUrl: string | null;
  readonly pushServices: readonly string[];
  readonly sites: Readonly<Record<string, Partial<Settings>>>;
}

type Given = {
  readonly [
    Name in
      | 'database'
      | 'host'
      | 'port'
      | 'proxies'
      | 'limits'
      | 'secret'
      | 'smtp'
      | 'mailFrom'
      | 'publicUrl'
      | 'pushServices'
  ]?: unknown;
};

const FILE_FIELDS = [
  'database',
  'host',
  'port',
  'proxies',
  'limits',
  'secret',
  'smtp',
  'mailFrom',
  'publicUrl',
  'pushServices',
  'sites',
];

const STANDARD: Given = {
  database: './data/afterword.sqlite',
  host: '127.0.0.1',
  port: 8090,
  proxies: [],
  limits: true,
};

/** `AFTERWORD_SITE_MIN_LENGTH=5` sets `min-length` of the site `default`. */
const SITE_VARIABLE = 'AFTERWORD_SITE_';

export function readConfig(
  commandLine: Given & { readonly config?: string | undefined },
  environment: Readonly<Record<string, string | undefined>>,
): Config {
  const path = commandLine.config ?? environment['AFTERWORD_CONFIG'];
  const file = path === undefined ? {} : readFile(path);
  const given = { ...STANDARD, ...defined(file), ...defined(fromEnvironment(environment)), ...defined(commandLine) };
  const sites = readSites(file['sites'], path ?? '');
  const ofDefault = fromSiteVariables(environment);
  return {
    database: readText(given.database, 'database'),
    host: readText(given.host, 'host'),
    port: readPort(given.port),
    proxies: readProxies(given.proxies),
    limits: readLimits(given.limits),
    secret: given.secret === undefined ? undefined : readSecret(given.secret),
    ...readMail(given),
    pushServices: readPushServices(given.pushServices ?? []),
    sites: Object.keys(ofDefault).length === 0 ? sites : { ...sites, default: { ...sites['default'], ...ofDefault } },
  };
}

function readFile(path: string): Record<string, unknown> {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    throw new SettingError(`The configuration file ${resolve(path)} can’t be read.`);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new SettingError(`The configuration file ${path} is not JSON: ${(error as Error).message}.`);
  }
  if (!isObject(value)) throw new SettingError(`The configuration file ${path} must hold one JSON object.`);
  for (const name of Object.keys(value)) {
    if (!FILE_FIELDS.includes(name)) {
      throw new SettingError(`${path}: there is no field "${name}". Fields: ${FILE_FIELDS.join(', ')}.`);
    }
  }
  return value;
}

function fromEnvironment(environment: Readonly<Record<string, string | undefined>>): Given {
  return {
    database: environment['AFTERWORD_DATABASE'],
    host: environment['AFTERWORD_HOST'],
    port: environment['AFTERWORD_PORT'],
    proxies: environment['AFTERWORD_PROXIES'],
    limits: environment['AFTERWORD_LIMITS'],
    secret: environment['AFTERWORD_SECRET'],
    smtp: environment['AFTERWORD_SMTP'],
    mailFrom: environment['AFTERWORD_MAIL_FROM'],
    publicUrl: environment['AFTERWORD_PUBLIC_URL'],
    pushServices: environment['AFTERWORD_PUSH_SERVICES'],
  };
}

function fromSiteVariables(environment: Readonly<Record<string, string | undefined>>): Partial<Settings> {
  const given: Record<string, string> = {};
  for (const [variable, value] of Object.entries(environment)) {
    if (!variable.startsWith(SITE_VARIABLE) || value === undefined) continue;
    const name = SETTING_NAMES.find((one) => variable === SITE_VARIABLE + one.toUpperCase().replaceAll('-', '_'));
    if (name === undefined) {
      const known = SETTING_NAMES.map((one) => SITE_VARIABLE + one.toUpperCase().replaceAll('-', '_'));
      throw new SettingError(`environment: there is no setting ${variable}. Settings: ${known.join(', ')}.`);
    }
    given[name] = value;
  }
  return readSettings(given, 'environment, site "default"');
}

function readSites(sites: unknown, path: string): Record<string, Partial<Settings>> {
  if (sites === undefined) return {};
  if (!isObject(sites)) throw new SettingError(`${path}: "sites" must be an object of settings by name of site.`);
  const read: Record<string, Partial<Settings>> = {};
  for (const [name, settings] of Object.entries(sites)) {
    checkSiteName(name);
    if (!isObject(settings)) throw new SettingError(`${path}: site "${name}" must be an object of settings.`);
    read[name] = readSettings(settings, `${path}, site "${name}"`);
  }
  return read;
}

export function checkSiteName(name: string): void {
  if (!SITE_NAME.test(name)) {
    throw new SettingError(
      `The site name ${JSON.stringify(name)} is not allowed. Allowed: letters, digits, ".", "_" and "-", at most 63.`,
    );
  }
}

function readText(value: unknown, name: string): string {
  if (typeof value === 'string' && value !== '') return value;
  throw new SettingError(`setting "${name}" is ${JSON.stringify(value)}. Allowed: a text.`);
}

function readPort(value: unknown): number {
  const port = typeof value === 'string' && /^\d{1,5}$/.test(value) ? Number(value) : value;
  if (typeof port === 'number' && Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  throw new SettingError(`setting "port" is ${JSON.stringify(value)}. Allowed: a whole number from 0 to 65535.`);
}

function readProxies(value: unknown): readonly string[] {
  const list = typeof value === 'string' ? value.split(',').map((one) => one.trim()) : value;
  if (Array.isArray(list) && list.every((one) => typeof one === 'string')) return list.filter((one) => one !== '');
  throw new SettingError(`setting "proxies" is ${JSON.stringify(value)}. Allowed: addresses or networks.`);
}

function readLimits(value: unknown): boolean {
  if (value === true || value === 'on') return true;
  if (value === false || value === 'off') return false;
  throw new SettingError(`setting "limits" is ${JSON.stringify(value)}. Allowed: on, off.`);
}

/** Mail works with all three or not at all: links need an address of ours, and receivers want to know the sender. */
function readMail(given: Given): Pick<Config, 'smtp' | 'mailFrom' | 'publicUrl'> {
  const publicUrl = given.publicUrl === undefined ? null : readPublicUrl(given.publicUrl);
  if (given.smtp === undefined || given.smtp === '') return { smtp: null, mailFrom: undefined, publicUrl };
  const smtp = readSmtp(given.smtp);
  if (given.mailFrom === undefined) {
    throw new SettingError('setting "mailFrom" is missing. Needed with "smtp": as in Blog <comments@blog.example>.');
  }
  if (publicUrl === null) {
    throw new SettingError('setting "publicUrl" is missing. Needed with "smtp": as in https://comments.example.');
  }
  return { smtp, mailFrom: readSender(given.mailFrom), publicUrl };
}

function readSmtp(value: unknown): string {
  const url = readUrl(value);
  const isWhole = url !== null && url.hostname !== '' && (url.pathname === '' || url.pathname === '/');
  if (isWhole && (url.protocol === 'smtp:' || url.protocol === 'smtps:')) return String(value);
  // Without its value: a password may stand in it.
  throw new SettingError('setting "smtp" is not allowed. Allowed: smtp://user:password@host:587 or smtps://….');
}

function readSender(value: unknown): string {
  const text = typeof value === 'string' ? value.trim() : '';
  const address = /^(?:[^<>\p{Cc}]*<([^<>\s]+)>|([^<>\s]+))$/u.exec(text);
  if (address && /^[^@\s]+@[^@\s]+$/.test(address[1] ?? address[2] ?? '')) return text;
  throw new SettingError(
    `setting "mailFrom" is ${JSON.stringify(value)}. Allowed: an address, as in Blog <comments@blog.example>.`,
  );
}

function readPublicUrl(value: unknown): string {
  const url = readUrl(value);
  const isWeb = url?.protocol === 'https:' || url?.protocol === 'http:';
  if (url && isWeb && url.search === '' && url.hash === '' && url.username === '') return url.href.replace(/\/+$/, '');
  throw new SettingError(
    `setting "publicUrl" is ${JSON.stringify(value)}. Allowed: the server’s address on the web, as in https://comments.example.`,
  );
}

function readPushServices(value: unknown): readonly string[] {
  const list = typeof value === 'string' ? value.split(',').map((one) => one.trim()) : value;
  const origins = Array.isArray(list) ? list.filter((one) => one !== '').map((one) => readUrl(one)?.origin) : [null];
  if (origins.every((one) => typeof one === 'string' && one !== 'null')) return origins as string[];
  throw new SettingError(
    `setting "pushServices" is ${JSON.stringify(value)}. Allowed: origins, as in https://push.example.`,
  );
}

function readUrl(value: unknown): URL | null {
  try {
    return new URL(String(value));
  } catch {
    return null;
  }
}

function readSecret(value: unknown): string {
  if (typeof value === 'string' && value.length >= 32) return value;
  throw new SettingError('setting "secret" is too short. Allowed: a text of at least 32 characters.');
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function defined(given: Given): Given {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}
