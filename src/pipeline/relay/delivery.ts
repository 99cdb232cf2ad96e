/** What the client has of its response so far. */
import type { TokenUsage } from '../../core/token-usage.ts'
import type { Client, ClientStream, StreamHead } from '../client.ts'

export interface Delivery {
  readonly client: Client
  /** Headers that the response carries whatever becomes of the request. */
  readonly headers: Record<string, string>
  /** Null until the head of a stream is sent; then an error can only be an event. */
  stream: ClientStream | null
  /** Monotonic: when the client last got something; at first, when the request arrived. */
  writtenMs: number
  /** The usage of the last upstream as reported to the client, if it is an estimate: the record has the same. */
  estimatedUsage: TokenUsage | null
}

export function openDelivery(
  client: Client,
  headers: Record<string, string>,
  arrivedMs: number,
): Delivery {
  return { client, headers, stream: null, writtenMs: arrivedMs, estimatedUsage: null }
}

const STREAM_HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-cache',
  'x-accel-buffering': 'no',
}

/** The client's stream. Its head is sent with the first bytes, once. `plain`: no events, and `further` says what. */
export function clientStream(
  delivery: Delivery,
  further: Readonly<Record<string, string>>,
  plain?: Pick<StreamHead, 'length' | 'status'>,
): ClientStream {
  if (delivery.stream !== null) return delivery.stream
  const headers = Object.assign(delivery.headers, further, plain ? null : STREAM_HEADERS)
  const length = plain?.length ?? null
  delivery.stream = delivery.client.stream({ status: plain?.status ?? 200, headers, length })
  return delivery.stream
}
