/**
 * Chat completions that the vendor keeps (`store: true`) belong to the user who asked for them, as every other
 * object does. Without an owner any user who knows the id could read, change or delete them.
 */
import type { Caller } from '../../access/caller.ts'
import type { ModelRequest } from '../../protocols/protocol.ts'
import { eventsOf } from '../../protocols/sse.ts'
import { vendorAt } from '../../providers/index.ts'
import { decodedText, jsonOf } from '../attempt/read-body.ts'
import type { AttemptResult, UpstreamResponse } from '../attempt/result.ts'
import type { Services } from '../services.ts'
import { fieldsOf } from './own.ts'

/** With the model's own parameters, which may ask for it too. Some upstreams take `1` or `"true"` for true. */
export function storesCompletion({ endpoint, body }: ModelRequest): boolean {
  return Boolean(body.store) && endpoint === 'chat/completions'
}

/**
 * Called before the client hears of the id. The answer is paid for, so it is delivered even if its owner can't be
 * noted; the log says so.
 */
export async function rememberCompletion(
  { objects, logger }: Services,
  caller: Caller,
  result: AttemptResult,
  requestId: string,
): Promise<void> {
  if (result.kind !== 'response') return
  const { key } = result.response.upstream
  // Elsewhere nothing can be asked for by its id.
  if (vendorAt(key.provider, 'openai') === null) return
  const id = completionId(result.response)
  if (id === null) return
  const owner = { upstreamKeyId: key.id, userId: caller.user.id, apiKeyId: caller.key.id }
  try {
    await objects.remember([{ kind: 'completion', id, ...owner }])
  } catch (error) {
    logger.error({ requestId, error: String(error) }, 'object not remembered')
  }
}

/** Of a whole reply, or of the events that a stream begins with. Null if it has none. */
function completionId(response: UpstreamResponse): string | null {
  if (response.kind === 'whole') return idIn(response.text)
  if (response.first === null) return null
  for (const { data } of eventsOf(decodedText(response.first))) {
    const id = data === null ? null : idIn(data)
    if (id !== null) return id
  }
  return null
}

/** Azure begins with an event whose id is empty. */
function idIn(json: string): string | null {
  const { id } = fieldsOf(jsonOf(json))
  return typeof id === 'string' && id !== '' ? id : null
}
