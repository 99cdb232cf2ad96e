// The import table of ARCHITECTURE.md, enforced by scripts/check-imports.ts. `swc` is named because
// with other parsers of this TypeScript version no module at all is read, and nothing is found.
const TEST = '\\.test\\.ts$'
const folder = (name) => `^src/${name}/`
const config = '^src/config(/|\\.ts$)'
/** The subjects: pure rules, the ports they need, and what of the state lies in memory. */
const SUBJECTS = [
  'core',
  'http1',
  'protocols',
  'routing',
  'access',
  'usage',
  'upstreams',
  'limits',
  'quota',
  'passthrough',
]
const subjects = SUBJECTS.map(folder)
/** Where a package's own map of exports hides a file, its bare name is all that is seen. */
const packages = (...names) => `^(node_modules/)?(${names.join('|')})(/|$)`
const error = (name, from, to) => ({ name, severity: 'error', from, to })

/** A folder may import itself and `may`; nothing else, no package and no built-in module either. */
const layer = (name, may) =>
  error(
    `${name}-keeps-to-its-imports`,
    { path: folder(name), pathNot: TEST },
    { pathNot: [folder(name), ...may] },
  )
const may = (...names) => names.map(folder)

/** Adapter → the packages that are its driver. Built-in modules are open to adapters. */
const DRIVERS = {
  journal: [],
  log: ['pino'],
  passwords: [],
  metrics: ['prom-client'],
  oidc: ['openid-client'],
  prices: ['@pydantic/genai-prices'],
  redis: [],
  'remote-admin': [],
  'shared-memory': [],
  sql: ['kysely', 'pg', '@types/pg'],
  tokenizer: ['gpt-tokenizer'],
  totp: ['otpauth'],
  upstream: [],
  vault: [],
}
const adapter = ([name, drivers]) =>
  error(
    `adapters-${name}-keeps-to-its-imports`,
    { path: `^src/adapters/${name}/`, pathNot: TEST },
    {
      pathNot: [
        `^src/adapters/${name}/`,
        ...subjects,
        ...may('admin', 'doctor'),
        '^bun(:|$)',
        ...(drivers.length > 0 ? [packages(...drivers)] : []),
      ],
      dependencyTypesNot: ['core'],
    },
  )

/** The vendors' SDKs, which only tests install: nothing but their types can be used. */
const SDKS =
  '^test/node_modules/(openai-7|@anthropic-ai/sdk|@google/genai|@aws-sdk/client-bedrock-runtime)/'

module.exports = {
  forbidden: [
    layer('core', []),
    layer('http1', may('core')),
    layer('protocols', [...may('core'), SDKS]),
    layer('routing', may('core')),
    layer('access', may('core', 'routing')),
    layer('usage', may('core', 'protocols', 'access')),
    layer('upstreams', may('core', 'protocols', 'routing', 'access')),
    layer('limits', [
      ...may('core', 'access', 'usage', 'upstreams'),
      packages('ipaddr.js', 'proxy-addr', '@types/proxy-addr'),
    ]),
    layer('quota', may('core', 'access', 'usage', 'upstreams')),
    layer('passthrough', may('core')),
    layer('doctor', may('core', 'routing', 'access')),
    layer('admin', subjects),
    layer('providers', may('core', 'protocols', 'routing', 'upstreams')),
    layer('pipeline', [...subjects, folder('providers')]),
    layer('http', [...subjects, ...may('pipeline', 'admin', 'doctor'), packages('hono', '@hono')]),
    layer('cli', [...may('core', 'admin', 'doctor'), config, packages('commander', '@clack')]),
    error(
      'config-keeps-to-its-imports',
      { path: config, pathNot: TEST },
      { pathNot: [config, folder('core'), packages('zod')], dependencyTypesNot: ['core'] },
    ),
    ...Object.entries(DRIVERS).map(adapter),
    error(
      'adapters-are-in-the-table',
      { path: `^src/adapters/(?!(${Object.keys(DRIVERS).join('|')})/)` },
      {},
    ),
    error(
      'main-is-imported-by-none',
      { path: '^src/', pathNot: '^src/main(/|\\.ts$)' },
      { path: '^src/main(/|\\.ts$)' },
    ),
    error(
      'source-imports-no-tests',
      { path: '^src/', pathNot: TEST },
      { path: `^(test/(?!node_modules/)|bench/|scripts/)|${TEST}` },
    ),
    error('no-circles', {}, { circular: true }),
  ],
  options: {
    parser: 'swc',
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
  },
}
