/**
 * What the compiler does not see: accessibility and Lit's and custom elements' rules in the templates, and the
 * directions in which imports may point (test/architecture.test.ts checks the same on the whole graph; here the editor
 * says it on the line).
 */
import lit from 'eslint-plugin-lit';
import litA11y from 'eslint-plugin-lit-a11y';
import wc from 'eslint-plugin-wc';
import type { ESLint, Linter } from 'eslint';
import tseslint from 'typescript-eslint';
import { FOLDERS } from './directions.ts';

const root = new URL('..', import.meta.url).pathname;

const recommended = (plugin: ESLint.Plugin, name: string) =>
  plugin.configs?.[name] as Linter.Config & { rules: Linter.RulesRecord };
const wcRules = recommended(wc, 'flat/recommended');
const litRules = recommended(lit, 'flat/recommended');
const a11yRules = recommended(litA11y, 'recommended').rules;

/** For each folder of src: which other folders and packages it must not import. */
const directions: Linter.Config[] = Object.entries(FOLDERS).map(([folder, { may }]) => ({
  files: [`src/${folder}/**/*.ts`],
  rules: {
    'no-restricted-imports': [
      'error',
      {
        patterns: [
          {
            regex: `^(\\.\\./)+(${Object.keys(FOLDERS)
              .filter((it) => it !== folder && !may.includes(it))
              .join('|')})/`,
            message: `src/${folder} may import ${may.length ? may.join(', ') : 'no other folder'} only (see src/ARCHITECTURE.md).`,
          },
        ],
      },
    ],
  },
}));

const config: Linter.Config[] = [
  { ignores: ['dist/**', 'node_modules/**', '.cache/**', '**/node_modules/**', 'test/routers/**'] },
  ...(tseslint.configs.recommendedTypeChecked as Linter.Config[]),
  {
    languageOptions: {
      parserOptions: {
        project: [
          'tsconfig.json',
          'src/model/tsconfig.json',
          'src/server/tsconfig.json',
          '.config/tsconfig.tests.json',
        ],
        tsconfigRootDir: root,
      },
    },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-var': 'error',
      'prefer-const': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'separate-type-imports' }],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      // An interface may promise a promise where one implementation needs none.
      '@typescript-eslint/require-await': 'off',
      // Interfaces here are written with methods, and their objects hand functions on: none looks at `this`.
      '@typescript-eslint/unbound-method': 'off',
      // Finds an assertion needless wherever a generic call could guess its type from it: `JSON.parse(text) as X` is one.
      '@typescript-eslint/no-unnecessary-type-assertion': 'off',
      // What was caught is passed on as it was.
      '@typescript-eslint/prefer-promise-reject-errors': ['error', { allowThrowingUnknown: true }],
      // A number in a sentence is what a template is for.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      'no-restricted-syntax': ['error', ...forbidden()],
    },
  },
  {
    files: ['src/**/*.ts'],
    ignores: ['src/server/**'],
    ...wcRules,
  },
  {
    files: ['src/elements/**/*.ts'],
    ...litRules,
    rules: {
      ...litRules.rules,
      'lit/no-legacy-imports': 'error',
      'lit/no-useless-template-literals': 'error',
    },
  },
  {
    files: ['src/elements/**/*.ts'],
    plugins: { 'lit-a11y': litA11y },
    // Safari takes the list out of a list without marks; a role that says the same again keeps it.
    rules: { ...a11yRules, 'lit-a11y/no-redundant-role': 'off' },
  },
  ...directions,
  {
    // A test may look into what its fake holds, and fails by itself where it is wrong.
    files: ['test/**/*.ts', '.config/**/*.ts'],
    rules: {
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/no-base-to-string': 'off',
      // chai's `expect(x).to.be.true` is an expression, and node's `test()` returns a promise nobody waits for.
      '@typescript-eslint/no-unused-expressions': 'off',
      '@typescript-eslint/no-floating-promises': 'off',
    },
  },
  { files: ['**/*.js', '**/*.mjs', '**/*.cjs'], ...(tseslint.configs.disableTypeChecked as Linter.Config) },
];
export default config;

/** Ways of writing HTML that nothing has made safe, and packages that one file alone may know. */
function forbidden(): { selector: string; message: string }[] {
  return [
    {
      selector: 'ImportSpecifier[imported.name=/^unsafe(HTML|SVG|MathML|Static)$/]',
      message: 'Text of a reader becomes HTML in src/content/sanitize.ts only; bind its SafeHtml with .innerHTML.',
    },
    {
      selector: 'ImportDeclaration[source.value=/unsafe-(html|svg|mathml|static)/]',
      message: 'Text of a reader becomes HTML in src/content/sanitize.ts only; bind its SafeHtml with .innerHTML.',
    },
    {
      selector: 'CallExpression[callee.property.name=/^(insertAdjacentHTML|createContextualFragment|setHTMLUnsafe)$/]',
      message: 'Text of a reader becomes HTML in src/content/sanitize.ts only.',
    },
    {
      selector: 'MemberExpression[object.name="document"][property.name="write"]',
      message: 'Harms the host page (E-5).',
    },
  ];
}
