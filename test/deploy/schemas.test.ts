/** Files for container engines are validated against the schemas that these engines publish. */
import { afterAll, describe, expect, test } from 'bun:test'
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Ajv from 'ajv'
import { YAML } from 'bun'

const ROOT = join(import.meta.dir, '../..')
const parsed = (path: string): unknown => YAML.parse(readFileSync(join(ROOT, path), 'utf8'))

describe('docker-compose.yml and the Compose specification', () => {
  const file = join(ROOT, 'test/node_modules/dclint/schemas/compose.schema.json')
  const { $schema: _, ...schema } = JSON.parse(readFileSync(file, 'utf8')) as Record<
    string,
    unknown
  >
  const validate = new Ajv({ strict: false, validateFormats: false }).compile(schema)

  test('it matches the schema', () => {
    validate(parsed('docker-compose.yml'))
    expect(validate.errors).toBeNull()
  })

  test.each([
    ['an unknown field', { services: { api: { image: 'x', helthcheck: {} } } }],
    ['a wrong type', { services: { api: { image: 'x', read_only: ['yes'] } } }],
  ])('%s would be found', (_what, document) => {
    expect(validate(document)).toBe(false)
  })
})

describe('the manifests and the Kubernetes API', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gpt-proxy-manifests-'))
  symlinkSync(join(ROOT, 'test/node_modules'), join(folder, 'node_modules'))
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}')
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  /** The types are made from the OpenAPI description; as literals, they allow no field that it lacks. */
  function complaints(documents: readonly Manifest[]): string {
    const file = join(folder, 'manifests.ts')
    const lines = documents.map((document, at) => {
      const { apiVersion, kind } = document
      return [
        `import type { I${kind} as Kind${at} } from 'kubernetes-models/${apiVersion}'`,
        `export const manifest${at}: Kind${at} = ${JSON.stringify(document)}`,
      ].join('\n')
    })
    writeFileSync(file, lines.join('\n'))
    const options = ['--noEmit', '--strict', '--skipLibCheck', '--types', '']
    const { stdout } = Bun.spawnSync([
      ...[join(ROOT, 'test/node_modules/.bin/tsc'), '--ignoreConfig', ...options],
      ...['--module', 'nodenext', file],
    ])
    return stdout.toString()
  }

  const manifests = [
    'deploy/kubernetes/gpt-proxy.yaml',
    'deploy/kubernetes/secret.example.yaml',
  ].flatMap((path) => parsed(path) as Manifest | Manifest[])

  test("they match the API's description", () => {
    expect(manifests.map(({ kind }) => kind)).toContain('StatefulSet')
    expect(complaints(manifests)).toBe('')
  }, 60_000)

  test('their values have the form that the API requires', async () => {
    for (const manifest of manifests) {
      const kinds = (await import(`kubernetes-models/${manifest.apiVersion}`)) as Record<
        string,
        new (
          document: Manifest,
        ) => { validate(): void }
      >
      const Kind = kinds[manifest.kind]
      if (Kind === undefined) throw new Error(`the API has no ${manifest.kind}`)
      new Kind(manifest).validate()
    }
  })

  test('an unknown field and a wrong type would be found', () => {
    const data = { LOG_LEVEL: 'info' }
    const named = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x' } }
    const said = complaints([
      { ...named, dota: data } as Manifest,
      { ...named, data: { LOG_LEVEL: 1 } } as Manifest,
    ])
    expect(said).toContain('dota')
    expect(said).toContain("'number' is not assignable")
  }, 60_000)
})

interface Manifest {
  apiVersion: string
  kind: string
}
