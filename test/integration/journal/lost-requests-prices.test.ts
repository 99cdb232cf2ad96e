/** A request that was lost with its gateway has the price of its model, wherever it had been sent. */
import { afterEach, beforeEach, expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createPriceCatalogue } from '../../../src/adapters/prices/genai-prices.ts'
import { openSqliteStore, type Store } from '../../../src/adapters/sql/store.ts'
import { lostRecord } from '../../../src/usage/journal-entry.ts'
import { entry } from '../../support/journal-rig.ts'

let folder: string
let store: Store
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'gpt-proxy-prices-'))
  const prices = createPriceCatalogue()
  store = await openSqliteStore({ path: join(folder, 'gpt-proxy.sqlite'), prices })
})
afterEach(async () => {
  await store.close()
  rmSync(folder, { recursive: true })
})

const EVERYTHING = {
  ...{ by: [], fromMs: null, untilMs: null },
  ...{ userId: null, apiKeyId: null, model: null, upstream: null },
}

/** Per million tokens; null if unknown. */
async function costOf(model: string): Promise<number | null | undefined> {
  await store.settle([lostRecord({ ...entry(1), model, tokens: 1_000_000 })], 'i')
  const [sums] = await store.summarizeUsage(EVERYTHING)
  expect(sums?.totalTokens).toBe(1_000_000)
  return sums?.costUsd
}

test('the published one', async () => {
  expect(await costOf('gpt-4o')).toBe(2.5)
})

test("the operator's own price overrides the published one", async () => {
  const whole = { cached: null, reasoning: null, audioInput: null, audioOutput: null }
  await store.setPrice({ model: 'gpt-4o', rates: { input: 9, output: 9, ...whole } })
  expect(await costOf('gpt-4o')).toBe(9)
})

test.each(['demo/echo', 'my-own-model', 'gpt-oss-20b'])('none for %s', async (model) => {
  expect(await costOf(model)).toBeNull()
})
