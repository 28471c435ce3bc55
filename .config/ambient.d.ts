/** Types of tools that bring none. */
declare module '@custom-elements-manifest/analyzer/cli.js' {
  export function cli(options: { argv: string[]; cwd: string; noWrite: boolean }): Promise<unknown>;
}
declare module 'eslint-plugin-lit-a11y' {
  import type { ESLint } from 'eslint';
  const plugin: ESLint.Plugin;
  export default plugin;
}

/** What the browser tests' framework puts on the page. */
interface TestContext {
  timeout(ms: number): this;
  skip(): never;
}
type TestBody = (this: TestContext) => void | Promise<void>;
interface NamedBody {
  (name: string, body: TestBody): void;
  skip(name: string, body: TestBody): void;
  only(name: string, body: TestBody): void;
}
declare const describe: NamedBody;
declare const it: NamedBody;
declare function before(body: TestBody): void;
declare function after(body: TestBody): void;
declare function beforeEach(body: TestBody): void;
declare function afterEach(body: TestBody): void;
