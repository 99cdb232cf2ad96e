/** What /metrics counts after requests with known outcomes. */
import { afterAll, expect, test } from 'bun:test'
import { chatCompletion, jsonReply } from '../support/mock/mock-upstream.ts'
import { ask } from './asking.ts'
import { startRig } from './rig.ts'

const rig = await startRig({ models: { pair: 2 } })
afterAll(() => rig.close(), 20_000)
const { gateway, mock } = rig

test('requests, tries, tokens and times are counted by what became of them', async () => {
  let asked = 0
  mock.script(() =>
    asked++ === 0 ? jsonReply(500, { error: {} }) : jsonReply(200, chatCompletion('hello')),
  )
  await (await ask(gateway, 'pair')).row()
  await (await ask(gateway, 'pair')).row()
  const response = await fetch(`${gateway.origin}/metrics`, {
    headers: { authorization: `Bearer ${gateway.adminKey}` },
  })
  const figures = (await response.text()).split('\n')
  const sumOf = (pattern: RegExp) =>
    figures
      .filter((line) => pattern.test(line))
      .reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0)
  expect(
    sumOf(/^gpt_proxy_requests_total\{endpoint="chat\/completions",status="200",outcome="ok",/),
  ).toBe(2)
  expect(sumOf(/^gpt_proxy_upstream_attempts_total\{.*result="ok"/)).toBe(2)
  expect(sumOf(/^gpt_proxy_upstream_attempts_total\{.*result="server"/)).toBe(1)
  expect(sumOf(/^gpt_proxy_tokens_total\{kind="prompt"/)).toBe(22)
  expect(sumOf(/^gpt_proxy_tokens_total\{kind="completion"/)).toBe(14)
  expect(sumOf(/^gpt_proxy_request_duration_seconds_count/)).toBe(2)
  expect(sumOf(/^gpt_proxy_time_to_first_token_seconds_count/)).toBe(2)
})
