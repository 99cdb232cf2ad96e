/** The table of vendor routes as routes of the server: reads each call as far as its row needs it. */

import { invalidRequest } from '../../core/errors.ts'
import { ANTHROPIC_ROUTES, isAnthropicCall } from '../../passthrough/anthropic-routes.ts'
import {
  boundaryOf,
  type FormPart,
  fieldsIn,
  partsIn,
  refuseTwice,
  withField,
} from '../../passthrough/form.ts'
import { beginsUpload } from '../../passthrough/gemini-routes.ts'
import { OPENAI_ROUTES } from '../../passthrough/openai-routes.ts'
import { wordsOf } from '../../passthrough/references.ts'
import type { VendorRoute } from '../../passthrough/route.ts'
import { keyRevoked } from '../../pipeline/authenticate.ts'
import { openContext } from '../../pipeline/context.ts'
import type { VendorCall } from '../../pipeline/vendor/call.ts'
import { serveVendor } from '../../pipeline/vendor/serve.ts'
import { readObject, withModel } from '../../protocols/openai/request.ts'
import { nestedValue } from '../../protocols/request-body.ts'
import { errorAnswer, newRequestId } from '../error-response.ts'
import type { AppParts, Route } from '../route.ts'
import { decodedOr } from '../router.ts'
import type { BodyShare } from '../server/body-memory.ts'
import type { Exchange } from '../server/exchange.ts'
import { readBytes, readText } from '../server/read-body.ts'
import { queryTextOf } from '../server/target.ts'
import { boundedSource } from './bounded-source.ts'
import { type ExchangeHandler, type RouteMatch, reportRefusal } from './inference.ts'

const ROWS = [...OPENAI_ROUTES, ...ANTHROPIC_ROUTES]

/** For routes that decide for each call whether it passes. */
export function vendorRow(method: VendorRoute['method'], path: string): VendorRoute {
  const row = ROWS.find((each) => each.method === method && each.path === path)
  if (row === undefined) throw new Error(`no row for ${method} ${path}`)
  return row
}

/** These decide for each call whether it passes; see responses.ts. */
const DECIDED_ELSEWHERE = /^\/v1\/responses(?:$|\/input_tokens$|\/\{response\})/

export const VENDOR_ROUTES: readonly Route[] = [
  ...Map.groupBy(
    ROWS.filter(({ path }) => !DECIDED_ELSEWHERE.test(path)),
    ({ method, path }) => `${method} ${path.replace(/\{\w+\}/g, '{}')}`,
  ).values(),
].map((rows) => ({
  method: (rows[0] as VendorRoute).method,
  path: (rows[0] as VendorRoute).path,
  who: 'proxy_key' as const,
  open: (parts) => handlerOf(rows, parts),
}))

/** Where two vendors have a route at the same path, the client's headers say whose it means. */
function handlerOf(rows: readonly VendorRoute[], parts: AppParts): ExchangeHandler {
  const handlers = rows.map((row) => ({ api: row.api, handle: vendorHandler(row, parts) }))
  const [first, ...further] = handlers as [(typeof handlers)[number], ...typeof handlers]
  if (further.length === 0) return first.handle
  return (exchange, match) => {
    const api = isAnthropicCall(exchange.headers) ? 'anthropic' : 'openai'
    const meant = handlers.find((handler) => handler.api === api) ?? first
    return meant.handle(exchange, match)
  }
}

export function vendorHandler(row: VendorRoute, parts: AppParts): ExchangeHandler {
  const { gateway: services, bodyLimits, inFlight } = parts
  const respond = async (exchange: Exchange, match: RouteMatch, share: BodyShare) => {
    const context = openContext(newRequestId(), services.clock.nowMs())
    const { requestId, signal } = context
    exchange.abortWhenGone = signal
    exchange.refusal = {
      revoked: () => errorAnswer(keyRevoked(), requestId, { protocol: row.protocol }),
    }
    try {
      const readCall = () => callOf(row, match, { exchange, parts, share })
      const { continued } = match
      await serveVendor(services, { client: exchange, readCall, continued }, context)
    } catch (error) {
      reportRefusal(services, context, error, exchange)
      exchange.respond(
        errorAnswer(error, requestId, { logger: services.logger, protocol: row.protocol }),
      )
    }
  }
  return (exchange, match) => {
    const share = bodyLimits.memory.open()
    inFlight.add()
    void respond(exchange, match, share).finally(() => {
      share.release()
      inFlight.remove()
    })
  }
}

interface Incoming {
  exchange: Exchange
  parts: AppParts
  share: BodyShare
}

/** Ids and names as vendors make them: anything else could be read as another path at the upstream. */
const SAFE_PARAM = /^[\w.:@~+=,-]{1,2048}$/
/** Names of models have slashes at many vendors, and so have paths of files. Dot segments are refused before. */
const SAFE_PATH = /^[\w.:@~+=,-]{1,256}(?:\/[\w.:@~+=,-]{1,256}){0,8}$/

const WITH_SLASHES: ReadonlySet<string> = new Set(['model', 'path'])

async function callOf(
  route: VendorRoute,
  match: RouteMatch,
  incoming: Incoming,
): Promise<VendorCall> {
  const params = Object.fromEntries(
    Object.entries(match.params).map(([name, value]) => [name, decodedOr(value)]),
  )
  for (const [name, value] of Object.entries(params))
    if (!(WITH_SLASHES.has(name) ? SAFE_PATH : SAFE_PARAM).test(value))
      throw invalidRequest(`the ${name} in the path is no id`, name)
  const read =
    match.body === undefined
      ? await bodyOf(route, match.deployment, incoming)
      : jsonBody(match.body, match.deployment)
  const query = queryTextOf(incoming.exchange.target)
  const path = match.path.replace(/^\/(?:v1\/)?/, '')
  return { route, path, origin: originOf(incoming.exchange), query, params, ...read }
}

type ReadBody = Pick<VendorCall, 'body' | 'fields' | 'alsoNamed'>

const NO_BODY: ReadBody = { body: { kind: 'none' }, fields: {}, alsoNamed: [] }

/** Whatever the content type says, an upstream could read any other body as JSON, so it is checked as JSON. */
async function bodyOf(
  route: VendorRoute,
  deployment: string | null,
  incoming: Incoming,
): Promise<ReadBody> {
  const { exchange, parts, share } = incoming
  if (route.method === 'GET' || route.method === 'DELETE') {
    exchange.dropBody()
    return NO_BODY
  }
  const { bodyLimits: limits, gateway } = parts
  const reading = { request: exchange, limits, deadlines: gateway.deadlines, share }
  const type = exchange.headers.get('content-type') ?? ''
  const boundary = boundaryOf(type)
  if (route.upload && (boundary !== null || isFileOfUpload(route, exchange))) {
    const source = boundedSource(exchange.streamBody(), parts.uploadLimits, gateway.deadlines)
    return { ...NO_BODY, body: { kind: 'source', source, type } }
  }
  if (boundary !== null) return formOf(await readBytes(reading), { type, boundary, deployment })
  const text = await readText(reading)
  return isOffer(route, type, text)
    ? { ...NO_BODY, body: { kind: 'bytes', bytes: Buffer.from(text), type } }
    : jsonBody(text, deployment)
}

/** Google's uploads send a file as it is. */
function isFileOfUpload({ headers }: VendorRoute, exchange: Exchange): boolean {
  return headers.length > 0 && !beginsUpload(exchange.headers.get('x-goog-upload-command'))
}

/** As the client reached the gateway; a proxy in front of it says whether that was by TLS. */
function originOf({ headers }: Exchange): string {
  const scheme = headers.get('x-forwarded-proto') === 'https' ? 'https' : 'http'
  return `${scheme}://${headers.get('host') ?? 'localhost'}`
}

const SDP_TYPE = /^application\/sdp\b/i
const TAKES_OFFERS = /^\/v1\/(?:realtime\/calls|live\/sessions)$/

/** The offer of a WebRTC session (RFC 8866). What is in it is for the vendor to judge; JSON is never one. */
function isOffer({ path }: VendorRoute, type: string, text: string): boolean {
  return TAKES_OFFERS.test(path) && SDP_TYPE.test(type) && !JSON_START.test(text)
}

function jsonBody(given: string, deployment: string | null): ReadBody {
  if (given.trim() === '') return NO_BODY
  const text = deployment === null ? given : withModel(given, deployment)
  return { body: { kind: 'json', text }, fields: readObject(text), alsoNamed: [] }
}

interface Form {
  type: string
  boundary: string
  deployment: string | null
}

function formOf(bytes: Buffer, { type, boundary, deployment }: Form): ReadBody {
  const parts = partsIn(bytes, boundary)
  refuseTwice(parts, 'model')
  const fields = fieldsIn(bytes, parts)
  if (deployment === null || fields.model === deployment)
    return {
      body: { kind: 'form', bytes, parts, boundary, type },
      fields,
      alsoNamed: namedInForm(bytes, parts),
    }
  return formOf(withField(bytes, parts, { name: 'model', value: deployment, boundary }), {
    type,
    boundary,
    deployment,
  })
}

/** By each word of their names, `[]` and indexes left out; also what is in fields that hold JSON. */
function namedInForm(bytes: Buffer, parts: readonly FormPart[]): unknown[] {
  return parts.flatMap(({ name, filename, start, end }) => {
    if (filename !== null && end - start > MAX_JSON_FILE) return []
    const value = bytes.toString('utf8', start, end)
    const words = filename === null ? wordsOf(name).map((word) => ({ [word]: value })) : []
    const json = JSON_START.test(value) ? nestedValue(value) : undefined
    return json === undefined ? words : [...words, json]
  })
}

const JSON_START = /^\s*[[{]/
/** A browser sends a JSON field as a file if it comes from a Blob; media and documents are larger or no JSON. */
const MAX_JSON_FILE = 1024 * 1024
