// The import table of ARCHITECTURE.md, enforced by scripts/check-imports.ts. `swc` is named because
// with other parsers of this TypeScript version no module at all is read, and nothing is found.
const TEST = '\\.test\\.ts$'
const core = '^src/core/'
const ports = '^src/ports/'
const providers = '^src/providers/'
const pipeline = '^src/pipeline/'
const admin = '^src/admin/'
const config = '^src/config(/|\\.ts$)'
/** Where a package's own map of exports hides a file, its bare name is all that is seen. */
const packages = (...names) => `^(node_modules/)?(${names.join('|')})(/|$)`
const error = (name, from, to) => ({ name, severity: 'error', from, to })

/** A layer may import itself and `may`; nothing else, no package and no built-in module either. */
const layer = (name, may) =>
  error(
    `${name}-keeps-to-its-imports`,
    { path: `^src/${name}/`, pathNot: TEST },
    { pathNot: [`^src/${name}/`, ...may] },
  )

/** Adapter → the packages that are its driver. Built-in modules are open to adapters. */
const DRIVERS = {
  journal: [],
  log: ['pino'],
  memory: [],
  metrics: ['prom-client'],
  prices: ['@pydantic/genai-prices'],
  redis: [],
  sql: ['kysely', 'pg', '@types/pg'],
  tokenizer: ['gpt-tokenizer'],
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
        core,
        ports,
        '^bun(:|$)',
        ...(drivers.length > 0 ? [packages(...drivers)] : []),
      ],
      dependencyTypesNot: ['core'],
    },
  )

module.exports = {
  forbidden: [
    layer('core', []),
    layer('ports', [core]),
    layer('providers', [core]),
    layer('pipeline', [core, ports, providers]),
    layer('admin', [core, ports]),
    layer('http', [core, pipeline, admin]),
    layer('cli', [core, admin, config, packages('commander', '@clack')]),
    error(
      'config-keeps-to-its-imports',
      { path: config, pathNot: TEST },
      { pathNot: [config, core, packages('zod')], dependencyTypesNot: ['core'] },
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
      { path: `^(test|bench|scripts)/|${TEST}` },
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
