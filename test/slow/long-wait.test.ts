/** A model that thinks for six real minutes: neither the runtime nor anything of ours ends the wait. */
import { afterAll, expect, test } from 'bun:test'
import { ask, BOTH } from '../chaos/asking.ts'
import { startRig } from '../chaos/rig.ts'
import { chatChunks, chatCompletion, jsonReply, sseReply } from '../support/mock/mock-replies.ts'
import type { Step } from '../support/mock/mock-upstream.ts'

/** Node's fetch ends such a wait after five minutes (nodejs/undici#1937). */
const WAIT_MS = 6 * 60_000
const PATIENCE = { UPSTREAM_FIRST_BYTE_TIMEOUT_MS: '600000', REQUEST_TIMEOUT_MS: '900000' }

const rig = await startRig({ models: { whole: 1, streamed: 1 }, env: PATIENCE })
afterAll(() => rig.close(), 20_000)

rig.mock.script(({ body }) => {
  const reply = body.includes('"stream":true')
    ? sseReply(chatChunks('at last'))
    : jsonReply(200, chatCompletion('at last'))
  return [{ waitMs: WAIT_MS }, ...reply] as Step[]
})

// Both at once: one after the other they would outlast all other suites.
test.concurrent.each(BOTH)(
  'an answer that begins after six minutes arrives, and is one request (%s)',
  async (form, stream) => {
    const startedMs = performance.now()
    // The client's own patience ends after five minutes.
    const answer = await ask(rig.gateway, form, { stream, timeout: false })
    expect(performance.now() - startedMs).toBeGreaterThanOrEqual(WAIT_MS - 50)
    expect(answer.status).toBe(200)
    expect(answer.text).toContain('at')
    expect(await answer.row()).toMatchObject({ outcome: 'ok', attempts: 1 })
  },
  WAIT_MS + 60_000,
)
