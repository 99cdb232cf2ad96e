/** `curl -N`: each chunk is there before the upstream writes the next one. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { chatChunks } from '../support/mock/mock-upstream.ts'
import { bodyChunk, event, LAST_CHUNK, STREAM_HEAD } from './chunked-reply.ts'
import { CHAT_MODEL, QUESTION, startClientRig } from './client-rig.ts'
import type { Rig } from './rig.ts'

let rig: Rig
beforeAll(async () => {
  rig = await startClientRig()
})
afterAll(() => rig.close())

test('curl -N shows each chunk before the next one is written', async () => {
  const events = [...chatChunks('one two three', { usage: true }), '[DONE]'].map(event)
  const gates = events.map(() => Promise.withResolvers<void>())
  const writtenMs: number[] = []
  const opened = gates.map(async ({ promise }, index) => {
    await promise
    writtenMs[index] = performance.now()
  })
  rig.mock.script(() => [
    STREAM_HEAD,
    ...events.flatMap((text, index) => [
      { until: opened[index] as Promise<void> },
      bodyChunk(text),
    ]),
    LAST_CHUNK,
  ])

  const curl = startCurl({
    model: CHAT_MODEL,
    messages: QUESTION,
    stream: true,
    stream_options: { include_usage: true },
  })
  const arrivedMs: number[] = []
  let shown = ''
  let expected = ''
  for (const [index, text] of events.entries()) {
    if (index !== 1) expect(shown).toBe(expected)
    gates[index]?.resolve()
    expected += text
    // The first chunk has only the role: it leaves with the first words.
    if (index === 0) {
      arrivedMs.push(performance.now())
      continue
    }
    while (shown.length < expected.length) shown += await curl.read()
    arrivedMs.push(performance.now())
  }
  expect(shown).toBe(expected)
  expect(await curl.exited).toBe(0)
  for (let index = 1; index < events.length; index++) {
    expect(arrivedMs[index - 1]).toBeLessThan(writtenMs[index] ?? 0)
  }
})

function startCurl(body: object) {
  const { baseUrl, proxyKey } = rig.gateway
  const headers = [
    '-H',
    `authorization: Bearer ${proxyKey}`,
    '-H',
    'content-type: application/json',
  ]
  const command = [
    'curl',
    '-sSN',
    `${baseUrl}/chat/completions`,
    ...headers,
    '-d',
    JSON.stringify(body),
  ]
  const { stdout, exited } = Bun.spawn(command, { stdout: 'pipe' })
  const reader = stdout.pipeThrough(new TextDecoderStream()).getReader()
  const read = async () => {
    const { done, value } = await reader.read()
    if (done) throw new Error('curl ended too early')
    return value
  }
  return { read, exited }
}
