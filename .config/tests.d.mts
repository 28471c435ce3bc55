/** The types of tests.mjs, for the gates that are TypeScript. */
export declare function testFiles(folder: string): string[];
export declare function nodeTests(): string[];
export declare function browserTests(): string[];
