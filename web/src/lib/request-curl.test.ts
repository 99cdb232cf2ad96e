/** The command that repeats a request asks the endpoint that the request asked. */
import { expect, test } from 'bun:test'
import { requestCurl } from './request-curl.ts'

const sent = { address: 'https://llm.example/a', model: "it's", stream: false }

async function argumentsOf(command: string | null): Promise<string[]> {
  const shown = (command ?? '').replace(/^curl/, "printf '%s\\n'")
  const echo = Bun.spawn(['sh', '-c', shown], { env: { OPENAI_API_KEY: 'the-key' } })
  return (await new Response(echo.stdout).text()).trimEnd().split('\n')
}

test.each([
  ['chat/completions', 'https://llm.example/a/v1/chat/completions'],
  ['messages', 'https://llm.example/a/v1/messages'],
  ['responses', 'https://llm.example/a/v1/responses'],
  ['embeddings', 'https://llm.example/a/v1/embeddings'],
  ['generateContent', "https://llm.example/a/v1beta/models/it's:generateContent"],
])('%s is asked at its own address', async (endpoint, url) => {
  const words = await argumentsOf(requestCurl({ ...sent, endpoint }))
  expect(words).toContain(url)
  expect(words).toContain('authorization: Bearer the-key')
  const body = JSON.parse(words.at(-1) ?? '') as { model?: string }
  expect(body.model ?? sent.model).toBe(sent.model)
})

test('a stream is asked for as a stream', async () => {
  const chat = await argumentsOf(
    requestCurl({ ...sent, endpoint: 'chat/completions', stream: true }),
  )
  expect(JSON.parse(chat.at(-1) ?? '')).toMatchObject({ stream: true })
  expect(requestCurl({ ...sent, endpoint: 'generateContent', stream: true })).toContain(
    ':streamGenerateContent?alt=sse',
  )
})

test('an endpoint without an example has no command', () => {
  expect(requestCurl({ ...sent, endpoint: 'files' })).toBeNull()
})
