/** Recorded JSON replies: the same bytes to a bare client, the same value to the official one. */
import { describe, expect, test } from 'bun:test'
import OpenAI from 'openai-7'
import { assemble } from '../assemble.ts'
import { barePost } from '../bare-post.ts'
import { cutReply } from '../chunked-reply.ts'
import { inOneWrite } from '../cuts.ts'
import type { Rig } from '../rig.ts'
import { type Recording, requestOf } from './recordings.ts'

export function describeRecordedJson(recordings: readonly Recording[], rig: () => Rig): void {
  describe('a recorded JSON reply', () => {
    for (const recording of recordings) {
      test(`${recording.id} is assembled by the official client as without the gateway`, async () => {
        const { mock, gateway } = rig()
        const { kind, status, headers, resp } = recording
        mock.script(() => cutReply(status, headers, resp, inOneWrite(resp)))
        const { direct, through } = clients(rig())
        const expected = await assemble(direct, kind, requestOf(recording))
        expect(await assemble(through, kind, requestOf(recording))).toStrictEqual(expected)

        const { status: seen, body } = await barePost(gateway, kind, recording.req)
        expect(seen).toBe(status)
        expect(body).toBe(resp)
        expect(mock.ledger.at(-1)?.body).toBe(recording.req)
      })
    }
  })
}

export function clients({ mock, gateway }: Rig): { direct: OpenAI; through: OpenAI } {
  return {
    direct: new OpenAI({ apiKey: 'direct', baseURL: mock.url, maxRetries: 0 }),
    through: new OpenAI({ apiKey: gateway.proxyKey, baseURL: gateway.baseUrl, maxRetries: 0 }),
  }
}
