/** The types of browsers.mjs, for the gates and tests that are TypeScript. */
export declare const ENGINE_NAMES: readonly string[];
export declare const CHROMIUM_FLAGS: readonly string[];
export declare function browserFor(engine: 'chromium' | 'firefox'): string;
export declare function browserFor(engine: 'webkit'): { driver: string; display: string; binary: string };
export declare function startWebKit(): Promise<{
  hostname: string;
  port: number;
  capabilities: Record<string, unknown>;
  stop(): void;
}>;
