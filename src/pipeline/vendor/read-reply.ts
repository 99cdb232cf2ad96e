/** A vendor's reply with a status of success: JSON is looked at, events are watched, anything else passes. */

import { holdsForm, redact } from '../../core/redact.ts'
import { NO_USAGE } from '../../core/token-usage.ts'
import { isPagedByToken } from '../../passthrough/paging.ts'
import { isResponse } from '../../passthrough/route.ts'
import { unitCostUsd } from '../../passthrough/unit-prices.ts'
import { type Used, unitOf, usedBy } from '../../passthrough/usage.ts'
import { PROTOCOLS } from '../../protocols/index.ts'
import { allowedHeaders } from '../../upstreams/reply-headers.ts'
import type { UpstreamReply } from '../../upstreams/transport.ts'
import type { PaidUnits } from '../../usage/record.ts'
import { firstEvent } from '../attempt/first-event.ts'
import { decodedText, jsonOf, wholeBody } from '../attempt/read-body.ts'
import { broken, type ReplyReading } from '../attempt/reading.ts'
import type { SendResult, StreamResponse, WholeResponse } from '../attempt/result.ts'
import { isRedirect } from '../attempt/upstream-error.ts'
import { modelOf, type VendorCall } from './call.ts'
import { type ListSource, ownList } from './list.ts'
import { fieldsOf, type Owner, rememberObjects } from './own.ts'
import { readVendorResponse } from './read-response.ts'
import { withOwnLinks } from './results-link.ts'
import { RAW_BYTES, VendorEvents } from './stream-readers.ts'
import { ownTokenList } from './token-list.ts'
import { rememberUpload, uploadHeaders } from './upload-session.ts'

/** Of a file's content; the rest of its headers is the vendor's own matter. */
const CONTENT_HEADERS = ['content-disposition', 'content-range', 'accept-ranges', 'location']

export async function readVendorReply(
  owner: Owner,
  reading: ReplyReading,
  source: ListSource,
): Promise<SendResult> {
  const { reply } = reading
  if (isResponse(owner.call.route)) return readVendorResponse(owner, reading)
  if (isRedirect(reply)) return redirect(owner, reading)
  await rememberUpload(owner, reading)
  const type = reply.header('content-type') ?? ''
  if (/^text\/event-stream\b/i.test(type)) return events(owner, reading)
  // A file's content is the client's own, whatever it is, and may be of any size.
  const isContent = /(?:\/(?:content|results)|:download)$/.test(owner.call.path)
  if (!isContent && (type === '' || /^application\/(?:[\w.+-]+\+)?json\b/i.test(type)))
    return whole(owner, reading, source)
  return raw(owner, reading, type)
}

async function whole(owner: Owner, reading: ReplyReading, source: ListSource): Promise<SendResult> {
  const { upstream, reply } = reading
  const { target, api } = owner.call.route
  const bytes = await wholeBody(reply)
  const text = decodedText(bytes)
  const value = text === '' ? null : jsonOf(text)
  if (value === undefined) return broken('status 200, but the body is not the JSON that it says')
  await rememberObjects(owner, upstream, value)
  const listOf = isPagedByToken(owner.call.route, fieldsOf(value)) ? ownTokenList : ownList
  const listed = target.by === 'list' ? await listOf(owner, target.kind, value, source) : null
  const judged = listed ?? value
  const own = withOwnLinks(api, judged)
  const shown = own === value ? text : JSON.stringify(own)
  const isSame = shown === text && !holdsForm(text, upstream.echoForms)
  const used = usedBy(owner.call.route.meter, owner.call.fields, value)
  const response: WholeResponse = {
    kind: 'whole',
    upstream,
    headers: headersOf(owner, reading),
    status: reply.status,
    text,
    body: isSame ? bytes : redact(shown, upstream.secretForms),
    usage: used.tokens,
    cost: costOf(owner.call, used),
    units: unitsOf(owner.call, used),
  }
  return { kind: 'response', response }
}

/** Contents may be at a storage of the vendor's; what is at the vendor's own address is asked for here. */
function redirect(owner: Owner, reading: ReplyReading): SendResult {
  const { upstream, reply, cancel } = reading
  cancel()
  const headers = headersOf(owner, reading)
  const base = `${upstream.key.baseUrl}/`
  const { location = '' } = headers
  if (location.startsWith(base)) headers.location = `/v1/${location.slice(base.length)}`
  const response: WholeResponse = {
    ...{ kind: 'whole', upstream, headers, status: reply.status, text: '', body: '' },
    ...{ usage: NO_USAGE, cost: 0 },
  }
  return { kind: 'response', response }
}

/** What is paid for is tried elsewhere if it fails before anything came of it; what is only looked at may be empty. */
async function events(owner: Owner, reading: ReplyReading): Promise<SendResult> {
  const { meter, protocol } = owner.call.route
  const { upstream, reply, cancel } = reading
  const reader = new VendorEvents(meter, upstream.echoForms)
  const more = {
    headers: headersOf(owner, reading),
    cost: () => costOf(owner.call, { tokens: reader.usage, units: null }),
  }
  if (meter === 'free') {
    const stream = { kind: 'stream', upstream, reader, first: null, reply, cancel } as const
    return { kind: 'response', response: { ...stream, ...more } }
  }
  const watched = { ...PROTOCOLS[protocol], openStream: () => reader }
  const sent = await firstEvent({ ...reading, protocol: watched }, [])
  if (reader.made !== null) await rememberObjects(owner, upstream, reader.made)
  return sent.kind === 'response' && sent.response.kind === 'stream'
    ? { kind: 'response', response: { ...sent.response, ...more } }
    : sent
}

async function raw(owner: Owner, reading: ReplyReading, type: string): Promise<SendResult> {
  const { upstream, reply, cancel } = reading
  // The reply to a WebRTC offer is an SDP text; where its call is says this header.
  const id = reply.header('location')?.split(/[?#]/)[0]?.split('/').at(-1)
  if (owner.call.route.creates !== null && id) await rememberObjects(owner, upstream, { id })
  const headers = {
    ...headersOf(owner, reading),
    'content-type': redact(type, upstream.secretForms),
  }
  const used = usedBy(owner.call.route.meter, owner.call.fields, null)
  const cost = () => costOf(owner.call, used)
  const response: StreamResponse = {
    ...{ kind: 'stream', upstream, headers, reader: RAW_BYTES, first: null, reply, cancel, cost },
    units: unitsOf(owner.call, used),
    plain: { length: lengthOf(reply), status: reply.status },
  }
  return { kind: 'response', response }
}

/** Of the body as it passes; a compressed one is decoded, so that its length changes. */
function lengthOf(reply: UpstreamReply): number | null {
  const text = reply.header('content-length')
  const encoding = reply.header('content-encoding') ?? 'identity'
  return text !== null && /^\d{1,15}$/.test(text) && encoding.toLowerCase() === 'identity'
    ? Number(text)
    : null
}

function headersOf({ call }: Owner, { upstream, reply }: ReplyReading): Record<string, string> {
  const headers = allowedHeaders(reply, upstream.secretForms)
  for (const name of CONTENT_HEADERS) {
    const value = reply.header(name)
    if (value !== null) headers[name] = redact(value, upstream.secretForms)
  }
  return { ...headers, ...uploadHeaders(call, reply) }
}

/** Undefined: it is paid by the token, which is priced as it is stored. */
function costOf(call: VendorCall, { tokens, units }: Used): number | 'unpriced' | undefined {
  const { meter } = call.route
  if (meter === 'free' || meter === 'batch') return 0
  if (tokens !== NO_USAGE) return undefined
  const model = modelOf(call)
  const kind = unitOf(meter)
  if (units === null || model === null || kind === null) return 'unpriced'
  return unitCostUsd(kind, model, call.fields, units) ?? 'unpriced'
}

function unitsOf({ route }: VendorCall, { units }: Used): readonly PaidUnits[] | undefined {
  const kind = unitOf(route.meter)
  return kind === null || units === null ? undefined : [{ kind, count: units }]
}
