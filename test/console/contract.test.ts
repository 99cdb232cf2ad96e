/** The console's types are those of the API that the gateway serves. */
import { expect, test } from 'bun:test'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { typesOf } from '../../web/scripts/api-types.ts'
import { environmentFor, spawnGateway } from '../support/processes/gateway-process.ts'

const TYPES = join(import.meta.dir, '../../web/src/api/schema.ts')

test('web/src/api/schema.ts matches the served OpenAPI document', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'contract-'))
  const gateway = await spawnGateway(environmentFor(folder))
  try {
    const reply = await fetch(`${gateway.url}/admin/v1/openapi.json`)
    // Otherwise: bun web/scripts/api-types.ts OPENAPI.json
    expect(typesOf((await reply.json()) as Parameters<typeof typesOf>[0])).toBe(
      readFileSync(TYPES, 'utf8'),
    )
  } finally {
    gateway.signal('SIGTERM')
    await gateway.exited
    rmSync(folder, { recursive: true, force: true })
  }
}, 60_000)
