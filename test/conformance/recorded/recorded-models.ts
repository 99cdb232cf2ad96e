/** Recorded calls below another vendor's `models/…`: none of the gateway's routes, so none goes out. */
import { describe, expect, test } from 'bun:test'
import type { Rig } from '../rig.ts'
import type { Recording } from './recordings.ts'

export function describeRecordedModels(recordings: readonly Recording[], rig: () => Rig): void {
  describe('a recorded call of another vendor', () => {
    for (const recording of recordings) {
      for (const path of [recording.path, recording.path.replace(/^\/v1beta1?\//, '/v1/')]) {
        test(`${recording.id} to ${path} is answered in OpenAI's error form and goes nowhere`, async () => {
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
          const { error } = (await response.json()) as { error: Record<string, unknown> }
          expect(response.status).toBe(404)
          expect(error.type).toBe('invalid_request_error')
          expect(error.message).toStartWith('gateway: ')
          expect(error.request_id).toBe(response.headers.get('x-request-id'))
          expect(mock.ledger.length).toBe(askedBefore)
        })
      }
    }
  })
}
