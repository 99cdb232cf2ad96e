/**
 * A reply of the Responses API that passes. It is read like a model's answer, so that a failure before anything
 * of the answer is tried elsewhere, and its response is remembered before the client hears of its id.
 */
import { NO_USAGE } from '../../core/token-usage.ts'
import { PROTOCOLS } from '../../protocols/index.ts'
import type { UpstreamProtocol } from '../../protocols/protocol.ts'
import { jsonOf } from '../attempt/read-body.ts'
import { readUpstreamReply } from '../attempt/read-reply.ts'
import type { ReplyReading } from '../attempt/reading.ts'
import type { SendResult, UpstreamResponse } from '../attempt/result.ts'
import { fieldsOf, type Owner, paysLater, rememberObjects } from './own.ts'
import { ResponseEvents } from './response-events.ts'
import { usageWithUnits } from './usage-in.ts'

export async function readVendorResponse(owner: Owner, reading: ReplyReading): Promise<SendResult> {
  let events: ResponseEvents | null = null
  const { responses } = PROTOCOLS
  const protocol: UpstreamProtocol = {
    ...responses,
    openStream(request, options) {
      const reader = responses.openStream(request, options)
      events = new ResponseEvents(reader, (whole) => rememberLater(owner, reading, whole))
      return events
    },
  }
  const sent = await readUpstreamReply({ ...reading, protocol })
  if (sent.kind !== 'response') return sent
  const { response } = sent
  const object = objectOf(response, events)
  await rememberObjects(owner, reading.upstream, object)
  return { kind: 'response', response: metered(response, object) }
}

/** Its items are known only at the end of the stream, which does not wait for the database. */
function rememberLater(owner: Owner, { upstream }: ReplyReading, response: unknown): void {
  const { logger } = owner.services
  rememberObjects(owner, upstream, response).catch((error) =>
    logger.error(
      { responseId: fieldsOf(response).id, error: String(error) },
      'items not remembered',
    ),
  )
}

function objectOf(response: UpstreamResponse, events: ResponseEvents | null): unknown {
  return response.kind === 'whole' ? jsonOf(response.text) : events?.response
}

/** A response that runs in the background is charged when it ends, whether its stream is read or not. */
function metered(response: UpstreamResponse, object: unknown): UpstreamResponse {
  const isLater = paysLater('response', fieldsOf(object))
  if (response.kind === 'stream') return isLater ? { ...response, cost: () => 0 } : response
  if (isLater) return { ...response, usage: NO_USAGE, cost: 0 }
  return { ...response, usage: response.usage ?? usageWithUnits(object) }
}
