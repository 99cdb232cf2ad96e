/** Over HTTP on SQLite, the doctor runs in its own process, and reports the same as the command. */
import { afterAll, expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import type { Report } from '../../src/doctor/report.ts'
import { startGateway } from '../support/gateway.ts'
import { waitFor } from '../support/waiting.ts'

const gateway = await startGateway()
afterAll(() => gateway.stop(), 20_000)

async function asked(query: string): Promise<{ status: number; report: Report }> {
  const response = await fetch(`${gateway.origin}/admin/v1/doctor?${query}`, {
    headers: { authorization: `Bearer ${gateway.adminKey}` },
  })
  return { status: response.status, report: (await response.json()) as Report }
}

const children = () =>
  readFileSync(`/proc/${gateway.pid}/task/${gateway.pid}/children`, 'utf8').trim()

test('another process counts, so that no stream waits for it', async () => {
  const answer = asked('only=QUO-1')
  await waitFor('the process that counts', () => children() !== '')
  const { status, report } = await answer
  expect([status, report.checks.map(({ id, verdict }) => `${id} ${verdict}`)]).toEqual([
    200,
    ['QUO-1 ok'],
  ])
  await waitFor('its end', () => children() === '')
})

test('the options reach it unchanged', async () => {
  const names = '--help=x&"'
  const query = new URLSearchParams({ only: 'QUO-1', lang: 'zh', user: names, tokens: '7' })
  const { report } = await asked(query.toString())
  expect(report.language).toBe('zh')
  expect(report.checks[0]?.findings.map(({ code }) => code)).toEqual(['quo.no-user'])
  expect(report.checks[0]?.findings[0]?.seen).toContain(names)
})

test('it connects to the gateway that received the request, whatever its port', async () => {
  const { report } = await asked('only=SSE-1')
  expect(report.checks.map(({ id, verdict }) => `${id} ${verdict}`)).toEqual(['SSE-1 ok'])
})
