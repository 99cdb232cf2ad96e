/** Recorded calls to Gemini's `models/…`: tokens are counted here, embeddings go out in the upstream's own form. */
import { describe, expect, test } from 'bun:test'
import type { Rig } from '../rig.ts'
import type { Recording } from './recordings.ts'

interface Reply {
  totalTokens?: number
  error?: { message: string }
}

/** Vertex's own paths are not served. */
const EMBEDS = /^\/v1(?:beta)?\/models\/([^/:]+):(?:embedContent|batchEmbedContents)$/

export function describeRecordedModels(recordings: readonly Recording[], rig: () => Rig): void {
  describe('a recorded call of another vendor', () => {
    for (const recording of recordings) {
      for (const path of [recording.path, recording.path.replace(/^\/v1beta1?\//, '/v1/')]) {
        const model = EMBEDS.exec(path)?.[1]
        if (model === undefined) testAnsweredHere(recording, path, rig)
        else testTranslated(recording, { path, model }, rig)
      }
    }
  })
}

function testAnsweredHere(recording: Recording, path: string, rig: () => Rig): void {
  test(`${recording.id} to ${path} is answered by the gateway and not sent upstream`, async () => {
    const { status, body, sent } = await ask(rig(), path, recording.req)
    if (status === 200) expect(body.totalTokens).toBeGreaterThan(0)
    else {
      expect([400, 404]).toContain(status)
      expect(body.error?.message).toStartWith('gateway: ')
    }
    expect(sent).toEqual([])
  })
}

function testTranslated(
  recording: Recording,
  { path, model }: { path: string; model: string },
  rig: () => Rig,
): void {
  test(`${recording.id} to ${path} is sent as the upstream's embeddings`, async () => {
    const { status, body, sent } = await ask(rig(), path, recording.req)
    if (sent.length === 0) {
      // What the upstream's form can't carry is refused before it is sent.
      expect(status).toBe(400)
      expect(body.error?.message).not.toBe('')
      return
    }
    // More than once if the recorded reply is a failure that is tried again.
    expect([...new Set(sent.map(({ path: called }) => called))]).toEqual(['/v1/embeddings'])
    const asked = JSON.parse(sent[0]?.body ?? '') as { model: string; input: unknown }
    expect(asked.model).toBe(model)
    expect(asked.input).toBeDefined()
  })
}

async function ask({ mock, gateway }: Rig, path: string, body: string) {
  const askedBefore = mock.ledger.length
  const response = await fetch(`${gateway.origin}${path}`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${gateway.proxyKey}`,
      'content-type': 'application/json',
    },
    body,
  })
  const reply = (await response.json()) as Reply
  return { status: response.status, body: reply, sent: mock.ledger.slice(askedBefore) }
}
