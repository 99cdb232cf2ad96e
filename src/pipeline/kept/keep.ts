/** Keeps the response of a model before its client learns how it ended, so that it can be referred to at once. */
import type { Caller } from '../../access/caller.ts'
import type { KeptResponse } from '../../passthrough/response-store.ts'
import { jsonOf } from '../attempt/read-body.ts'
import type { AttemptResult, StreamResponse } from '../attempt/result.ts'
import type { Services } from '../services.ts'
import { HeldEnd, responseIn } from './held-end.ts'

/** The answer is delivered all the same after this long. */
const PATIENCE_MS = 5_000

type Keep = (response: KeptResponse['response']) => Promise<void>

/** The same result; its stream ends only once its response is kept. */
export async function keepResponse(
  services: Services,
  caller: Caller,
  { input }: Pick<KeptResponse, 'input'>,
  result: AttemptResult,
): Promise<AttemptResult> {
  if (result.kind !== 'response') return result
  const keep = keeper(services, { userId: caller.user.id, input })
  const { response } = result
  if (response.kind === 'stream')
    return { kind: 'response', response: await keptStream(response, keep) }
  const value = jsonOf(response.text)
  if (typeof value === 'object' && value !== null) await keep(value as KeptResponse['response'])
  return result
}

/** Never rejects: an answer is paid for, so it is delivered even if it can't be kept. The log says so. */
function keeper(
  { responses, logger, deadlines }: Services,
  { userId, input }: Pick<KeptResponse, 'userId' | 'input'>,
): Keep {
  return async (response) => {
    const { id } = response
    if (responses === null || typeof id !== 'string') return
    const late = Promise.withResolvers<never>()
    const deadline = deadlines.open()
    deadline.set(PATIENCE_MS, () => late.reject(new Error('the store takes too long')))
    try {
      await Promise.race([responses.keep({ id, userId, input, response }), late.promise])
    } catch (error) {
      logger.error({ response: id, error: String(error) }, 'response not stored')
    } finally {
      deadline.clear()
    }
  }
}

async function keptStream(response: StreamResponse, keep: Keep): Promise<StreamResponse> {
  const { first, reply } = response
  const atOnce = first === null ? null : responseIn(first)
  if (atOnce !== null) {
    await keep(atOnce)
    return response
  }
  const reader = new HeldEnd(response.reader)
  return {
    ...response,
    reader,
    reply: {
      status: reply.status,
      header: (name) => reply.header(name),
      async next() {
        const held = reader.held
        if (held !== null) {
          await keep(held)
          return reader.release()
        }
        const chunk = await reply.next()
        const last = chunk === null ? reader.endEarly() : null
        if (last !== null) await keep(last)
        return chunk
      },
    },
  }
}
