/** The lock that keeps a second server out of a data folder. */
import { afterEach, beforeEach, expect, test } from 'bun:test'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { holdProcessLock } from '../../../src/adapters/sql/sqlite/process-lock.ts'
import { StoreError } from '../../../src/adapters/sql/store-error.ts'

const module = join(import.meta.dir, '../../../src/adapters/sql/sqlite/process-lock.ts')
let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gpt-proxy-lock-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

function refusal(): StoreError | null {
  try {
    holdProcessLock(folder)()
    return null
  } catch (error) {
    if (error instanceof StoreError) return error
    throw error
  }
}

test('a second holder is refused with the name of the folder until the first releases it', () => {
  const release = holdProcessLock(folder)
  expect(statSync(join(folder, 'server.lock')).mode & 0o777).toBe(0o600)
  expect(refusal()?.message).toBe(`another gateway is using DATA_DIR ${folder}`)
  expect(refusal()?.remedy).toContain('stop it first')
  release()
  expect(refusal()).toBeNull()
})

test('the lock of another process holds, and ends with that process when it is killed', async () => {
  const script = `
    const { holdProcessLock } = await import(${JSON.stringify(module)})
    globalThis.release = holdProcessLock(${JSON.stringify(folder)})
    console.log('held')
    setInterval(() => {}, 1000)`
  const holder = Bun.spawn([process.execPath, '-e', script], { stdout: 'pipe', stderr: 'inherit' })
  try {
    const { value } = await holder.stdout.getReader().read()
    expect(new TextDecoder().decode(value)).toBe('held\n')
    expect(refusal()?.message).toContain('another gateway is using DATA_DIR')
  } finally {
    holder.kill('SIGKILL')
    await holder.exited
  }
  expect(refusal()).toBeNull()
})

test('a folder that is not there is refused by name', () => {
  rmSync(folder, { recursive: true })
  expect(refusal()?.message).toContain(join(folder, 'server.lock'))
  folder = mkdtempSync(join(tmpdir(), 'gpt-proxy-lock-'))
})
