/** What /health says of the parts: it answers whatever state they are in. */
import { expect, test } from 'bun:test'
import type { AppParts } from '../route.ts'
import { health } from './health.ts'

type Readiness = AppParts['readiness']
const WELL = { state: 'healthy' } as Awaited<ReturnType<Readiness['otherJournals']>>[number]

async function answerFor(readiness: Partial<Readiness>) {
  const gateway = { rateLimits: { health: () => 'healthy' }, journal: { health: () => WELL } }
  const parts = {
    gateway,
    readiness: { databaseHealthy: async () => true, otherJournals: async () => [], ...readiness },
  } as unknown as AppParts
  const { status, body } = (await health(parts)({} as never)) as { status: number; body: string }
  return { code: status, ...JSON.parse(body) }
}

test('all is well', async () => {
  expect(await answerFor({ otherJournals: async () => [WELL] })).toEqual({
    code: 200,
    status: 'healthy',
    services: { database: 'healthy', redis: 'healthy', journal: 'healthy' },
  })
})

test('a thread that ended, or does not answer, is a journal that is not well', async () => {
  const otherJournals = () => Promise.reject(new Error('the journal of a thread'))
  expect(await answerFor({ otherJournals })).toEqual({
    code: 200,
    status: 'degraded',
    services: { database: 'healthy', redis: 'healthy', journal: 'unhealthy' },
  })
})
