/** What every store must do, whichever database is behind it. */
import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { testAccounts } from './store-accounts.contract.ts'
import { testByHand } from './store-by-hand.contract.ts'
import { testConsole } from './store-console.contract.ts'
import { testObjects } from './store-objects.contract.ts'
import { testPrices } from './store-prices.contract.ts'
import { testQuotas } from './store-quotas.contract.ts'
import { testReports } from './store-reports.contract.ts'
import { testResponses } from './store-responses.contract.ts'
import { testRetention } from './store-retention.contract.ts'
import { testSecrets } from './store-secrets.contract.ts'
import { testSums } from './store-sums.contract.ts'
import type { StoreFactory, StoreUnderTest } from './store-under-test.ts'
import { testUpstreams } from './store-upstreams.contract.ts'
import { testUsage } from './store-usage.contract.ts'

export function describeStore(name: string, factory: StoreFactory): void {
  describe(`store on ${name}`, () => {
    const current = openedBy(factory)

    test('an empty store has an empty directory and answers a ping', async () => {
      const { store } = current()
      expect(await store.readDirectory()).toEqual({
        users: [],
        apiKeys: [],
        upstreamKeys: [],
        modelStates: [],
        models: [],
        malformedModels: [],
        prices: [],
      })
      await store.ping()
    })

    describe('users and proxy keys', () => testAccounts(current))
    describe('upstream keys', () => testUpstreams(current))
    describe('encrypted secrets', () => testSecrets(current))
    describe('changed by hand', () => testByHand(current))
    testRecords(current)
    describe('quotas', () => testQuotas(current))
    describe('prices', () => testPrices(current))
    describe('objects of vendors', () => testObjects(current))
    describe('stored responses', () => testResponses(current))
  })
}

/** The part of the contract that concerns records of requests. */
export function describeRecords(name: string, factory: StoreFactory): void {
  describe(`records on ${name}`, () => testRecords(openedBy(factory)))
}

function testRecords(current: () => StoreUnderTest): void {
  describe('usage', () => testUsage(current))
  describe('retention', () => testRetention(current))
  describe('console', () => testConsole(current))
  describe('reports', () => testReports(current))
  describe('sums', () => testSums(current))
}

/** Each test has a store of its own. */
function openedBy(factory: StoreFactory): () => StoreUnderTest {
  let opened: StoreUnderTest | null = null
  const current = (): StoreUnderTest => {
    if (opened === null) throw new Error('no store is open')
    return opened
  }
  beforeEach(async () => {
    opened = await factory()
  })
  afterEach(async () => {
    await current().dispose()
    opened = null
  })
  return current
}
