/** What a request is charged for where its upstream reported no usage. */
import { expect, test } from 'bun:test'
import { parseRequest } from '../protocols/openai/request.ts'
import { openContext } from './context.ts'
import { countUsage } from './count-usage.ts'
import type { Services } from './services.ts'

const ask = parseRequest(
  'chat/completions',
  JSON.stringify({ model: 'm', messages: [{ content: 'a secret prompt!' }], max_tokens: 1000 }),
)

test('a tokenizer that fails leaves the estimate by characters, and nothing of the prompt in the log', async () => {
  const logged: unknown[] = []
  const gateway = {
    tokenizer: { count: () => Promise.reject(new RangeError('it is "a secret prompt!"')) },
    logger: { error: (...line: unknown[]) => void logged.push(line) },
  } as unknown as Services
  const trace = openContext('req_1', 0)
  trace.firstTokenMs = 1
  trace.generatedText = 'abcdefgh'
  expect(await countUsage(gateway, ask, trace)).toMatchObject({
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
  const usage = await countUsage({} as Services, ask, openContext('req_2', 0))
  expect(usage).toMatchObject({ totalTokens: 0, estimated: false })
})
