// The import table of ARCHITECTURE.md, enforced. `swc` is named because with other parsers of this
// TypeScript version no module at all is read, and nothing is found.
const layer = (name, may) => ({
  name: `${name}-may-import-only-its-own`,
  severity: 'error',
  from: { path: `^src/${name}/`, pathNot: '\\.test\\.ts$' },
  to: { pathNot: [`^src/${name}/`, ...may] },
})
const core = '^src/core/'
const ports = '^src/ports/'
const providers = '^src/providers/'
module.exports = {
  forbidden: [
    layer('core', []),
    layer('ports', [core]),
    layer('providers', [core, ports]),
    layer('pipeline', [core, ports, providers]),
    layer('admin', [core, ports]),
    layer('http', [core, ports, '^src/pipeline/', '^src/admin/', '^node_modules/hono/']),
    layer('cli', [core, '^src/admin/', '^src/config\\.ts$', '^node_modules/(commander|@clack)/']),
    {
      name: 'adapters-import-no-sibling',
      severity: 'error',
      from: { path: '^src/adapters/([^/]+)/', pathNot: '\\.test\\.ts$' },
      to: { path: '^src/(adapters/(?!$1/)|pipeline|http|admin|cli|main|config)' },
    },
    { name: 'main-is-imported-by-none', severity: 'error', from: { pathNot: '^src/main' }, to: { path: '^src/main' } },
    { name: 'no-circles', severity: 'error', from: {}, to: { circular: true, dependencyTypesNot: ['type-only'] } },
  ],
  options: { parser: 'swc', tsPreCompilationDeps: true, doNotFollow: { path: 'node_modules' }, tsConfig: { fileName: 'tsconfig.json' } },
}
