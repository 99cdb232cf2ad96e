/** Recorded calls below another vendor's `models/…`: none of the gateway's routes, so none goes out. */
import { describe, expect, test } from 'bun:test'
import type { Rig } from '../rig.ts'
import type { Recording } from './recordings.ts'

export function describeRecordedModels(recordings: readonly Recording[], rig: () => Rig): void {
  describe('a recorded call of another vendor', () => {
    for (const recording of recordings) {
      for (const path of [recording.path, recording.path.replace(/^\/v1beta1?\//, '/v1/')]) {
        test(`${recording.id} to ${path} is answered by the gateway and not sent upstream`, async () => {
          const { mock, gateway } = rig()
          const askedBefore = mock.ledger.length
          const response = await fetch(`${gateway.origin}${path}`, {
            method: 'POST',
            headers: {
              authorization: `Bearer ${gateway.proxyKey}`,
              'content-type': 'application/json',
            },
            body: recording.req,
          })
          const body = (await response.json()) as {
            totalTokens?: number
            error?: { message: string }
          }
          // Tokens are counted for any model; embeddings need an upstream that speaks Gemini.
          if (response.status === 200) expect(body.totalTokens).toBeGreaterThan(0)
          else {
            expect([400, 404]).toContain(response.status)
            expect(body.error?.message).toStartWith('gateway: ')
          }
          expect(mock.ledger.length).toBe(askedBefore)
        })
      }
    }
  })
}
