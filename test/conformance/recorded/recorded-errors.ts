/** Recorded refusals: passed with status, type, code and param, and with the upstream named as the one who refused. */
import { describe, expect, test } from 'bun:test'
import { APIError } from 'openai-7'
import { assemble, errorOf } from '../assemble.ts'
import { cutReply } from '../chunked-reply.ts'
import type { Rig } from '../rig.ts'
import { clients } from './recorded-json.ts'
import { type Recording, requestOf } from './recordings.ts'

export function describeRecordedErrors(
  recordings: readonly Recording[],
  upstream: string,
  rig: () => Rig,
): void {
  describe('a recorded refusal', () => {
    for (const recording of recordings) {
      testUpstreamRefusal(recording, upstream, rig)
    }
  })
}

function testUpstreamRefusal(recording: Recording, upstream: string, rig: () => Rig): void {
  test(`${recording.id} reaches the client with the upstream's own message`, async () => {
    const { mock } = rig()
    const { kind, status, headers, resp } = recording
    mock.script(() => cutReply(status, headers, resp, []))
    const { direct, through } = clients(rig())
    const expected = await errorOf(assemble(direct, kind, requestOf(recording)), APIError)
    const askedBefore = mock.ledger.length
    const seen = await errorOf(assemble(through, kind, requestOf(recording)), APIError)

    expect(seen.constructor).toBe(expected.constructor)
    expect<unknown>(seen.status).toBe(status)
    const said = (JSON.parse(resp) as { error?: Record<string, unknown> }).error
    expect(seen.code).toBe((said?.code as string | undefined) ?? null)
    expect(seen.param).toBe((said?.param as string | undefined) ?? null)
    expect(seen.type).toBe((said?.type as string | undefined) ?? 'invalid_request_error')
    const body = seen.error as { message: string; request_id: string }
    expect(body.message).toStartWith(`upstream ${upstream}: `)
    if (said !== undefined) expect(body.message).toBe(`upstream ${upstream}: ${said.message}`)
    expect(body.request_id).toBe(seen.requestID ?? '')
    expect(mock.ledger.length - askedBefore).toBe(1)
  })
}
