/** Quarantined files of the usage journal are reported as long as they exist, also after restarts. */
import { expect, test } from 'bun:test'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { startGateway } from '../support/gateway.ts'
import { environmentFor } from '../support/processes/gateway-process.ts'
import { doctor, shell } from './rig.ts'

test('DB-1 finds quarantined files of the usage journal, and the printed commands move them away', async () => {
  const gateway = await startGateway()
  using pasting = shell()
  const env = environmentFor(gateway.dataDir, { PORT: String(gateway.port) })
  const folder = join(gateway.dataDir, 'journal')
  try {
    expect((await doctor(env, 'DB-1')).codes).toEqual(['db.ok'])
    mkdirSync(join(folder, 'command-1'))
    writeFileSync(join(folder, '0000000007.journal.damaged'), 'x')
    writeFileSync(join(folder, 'command-1', 'req_1.refused.json'), '{}')
    const ill = await doctor(env, 'DB-1')
    expect(ill.codes).toEqual(['db.set-aside', 'db.ok'])
    const { seen, commands, verdict } = ill.found('db.set-aside')
    expect(verdict).toBe('warning')
    expect(seen).toContain('0000000007.journal.damaged, command-1/req_1.refused.json')
    await pasting.paste(commands, env)
    expect((await doctor(env, 'DB-1')).codes).toEqual(['db.ok'])
    expect(existsSync(join(gateway.dataDir, 'req_1.refused.json'))).toBe(true)
  } finally {
    await gateway.stop()
  }
}, 60_000)
