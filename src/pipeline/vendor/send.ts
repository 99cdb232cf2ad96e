/** One attempt of a vendor's call at one upstream key. */

import { GatewayError } from '../../core/errors.ts'
import { besideFixed } from '../../core/fixed-headers.ts'
import { withField } from '../../passthrough/form.ts'
import { pageTokenIn } from '../../passthrough/paging.ts'
import { withModel } from '../../protocols/openai/request.ts'
import { vendorAt } from '../../providers/index.ts'
import type { VendorPath } from '../../providers/provider.ts'
import type { Candidate } from '../../routing/plan.ts'
import type { UsableUpstream } from '../../upstreams/directory.ts'
import type { BodySource, WireRequest } from '../../upstreams/transport.ts'
import type { SendAttempt } from '../attempt/attempt.ts'
import { exchange, send as sendModelCall } from '../attempt/send.ts'
import type { RequestTries } from '../attempt/tries.ts'
import type { VendorBody, VendorCall } from './call.ts'
import type { ListSource, PageAt } from './list.ts'
import type { Owner } from './own.ts'
import { asksForResponse, holdsResponses } from './plan.ts'
import { readVendorReply } from './read-reply.ts'

/** The gateway's own, and keys. */
const OWN_PARAMETERS = ['api-version', 'api_version', 'key', 'api-key']
const NO_BODY: VendorBody = { kind: 'none' }

type FormBody = Extract<VendorBody, { kind: 'form' }>

export function vendorSender(owner: Owner): SendAttempt {
  const body = once(owner.call.body)
  return (services, tries, options) => {
    const { candidate } = options
    // A translation, as for models whose upstreams keep no responses.
    if (asksForResponse(owner.call) && !holdsResponses(candidate.upstream))
      return sendModelCall(services, tries, options)
    const wire = () => wireRequest(owner, tries, candidate, { body })
    const source: ListSource = {
      upstream: candidate.upstream,
      page: (upstream, at) =>
        wireRequest(owner, tries, { ...candidate, upstream }, { body: NO_BODY, at }),
    }
    return exchange(services, tries, {
      ...options,
      wire,
      takesRedirects: owner.call.route.method === 'GET',
      read: (reading) => readVendorReply(owner, reading, source),
    })
  }
}

function wireRequest(
  { call }: Owner,
  tries: RequestTries,
  { upstream, target }: Candidate<UsableUpstream>,
  { body, at }: { body: VendorBody; at?: PageAt },
): WireRequest {
  const vendor = vendorAt(upstream.key.provider, call.route.api)
  if (vendor === null)
    throw new GatewayError('not_found', "gateway: this model's upstream has no such route.")
  const { path, route } = call
  const place: VendorPath = { path, query: queryOf(call, at), model: target.model }
  const destination = vendor(upstream.key, upstream.secret, place)
  const type = 'type' in body ? body.type : body.kind === 'json' ? 'application/json' : null
  const passed = besideFixed(tries.forwarded, upstream.key.headers)
  const further = { ...passed, ...(type && { 'content-type': type }) }
  return { method: route.method, ...destination, further, body: bodyFor(body, tries, target.model) }
}

/** As the client wrote it, but for what is the gateway's own. `at`: another page than the client asked for. */
function queryOf({ query, route }: VendorCall, at: PageAt | undefined): string {
  const given = pageTokenIn(route, query)
  const page = at ?? (given && { parameter: given.parameter, value: given.token })
  const own = page === null ? OWN_PARAMETERS : [...OWN_PARAMETERS, page.parameter]
  const parameters = query.slice(1).split('&').filter(Boolean)
  const kept = parameters.filter((text) => !own.includes(text.split('=')[0] ?? ''))
  if (page?.value) kept.push(`${page.parameter}=${encodeURIComponent(page.value)}`)
  return kept.length === 0 ? '' : `?${kept.join('&')}`
}

/** The model by the name it has at this upstream. */
function bodyFor(body: VendorBody, { request }: RequestTries, model: string): WireRequest['body'] {
  const isNamed = 'model' in request.body && model !== '' && model !== request.model
  switch (body.kind) {
    case 'none':
      // Some servers want a length with every POST.
      return request.method === 'GET' || request.method === 'DELETE' ? null : ''
    case 'json':
      return isNamed ? withModel(body.text, model) : body.text
    case 'form':
      return isNamed ? renamed(body, model) : body.bytes
    case 'bytes':
      return body.bytes
    case 'source':
      return body.source
  }
}

function renamed({ bytes, parts, boundary }: FormBody, value: string): Buffer {
  return withField(bytes, parts, { name: 'model', value, boundary })
}

/** A body that is not kept can't be sent a second time once it has begun. */
function once(body: VendorBody): VendorBody {
  if (body.kind !== 'source') return body
  let begun = false
  /** What is wrong with the upload itself: no other upstream would get it either. */
  let fault: unknown = null
  const { source } = body
  const next = async () => {
    try {
      return await source.next()
    } catch (error) {
      fault = error
      throw error
    }
  }
  return {
    ...body,
    get source(): BodySource {
      if (fault instanceof GatewayError) throw fault
      if (begun)
        throw new GatewayError(
          'upstream_error',
          'gateway: the upload broke off and is not kept, so it was not sent again. Send it again.',
        )
      return {
        length: source.length,
        next() {
          begun = true
          return next()
        },
      }
    },
  }
}
