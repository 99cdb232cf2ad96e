/** What a request is charged for if its upstream reported no usage. */
import { expect, test } from 'bun:test'
import { readRequest } from '../protocols/openai/request.ts'
import { countUsage } from './count-usage.ts'
import type { RelayResult } from './relay/result.ts'
import type { Services } from './services.ts'

const request = readRequest(
  'chat/completions',
  JSON.stringify({ model: 'm', messages: [{ content: 'a secret prompt!' }], max_tokens: 1000 }),
)
const result = (text: string, firstTokenMs: number | null) =>
  ({
    tries: { request, context: { requestId: 'req_1' } },
    text,
    firstTokenMs,
  }) as unknown as RelayResult

test('a tokenizer that fails leaves the estimate by characters, and nothing of the prompt in the log', async () => {
  const logged: unknown[] = []
  const services = {
    tokenizer: { count: () => Promise.reject(new RangeError('it is "a secret prompt!"')) },
    logger: { error: (...line: unknown[]) => void logged.push(line) },
  } as unknown as Services
  expect(await countUsage(services, result('abcdefgh', 1))).toMatchObject({
    promptTokens: 4,
    completionTokens: 2,
    totalTokens: 6,
    estimated: true,
  })
  expect(logged).toEqual([
    [{ requestId: 'req_1', why: 'RangeError' }, 'tokens could not be counted'],
  ])
})

test('a request that got no answer costs nothing', async () => {
  const usage = await countUsage({} as Services, result('', null))
  expect(usage).toMatchObject({ totalTokens: 0, estimated: false })
})
