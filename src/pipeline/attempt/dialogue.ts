/** In which protocol an upstream is spoken to: the client's own if it knows that too, else a translation. */

import { BoundedMap } from '../../core/bounded-map.ts'
import { type GatewayError, invalidRequest } from '../../core/errors.ts'
import { presetAt } from '../../core/providers/presets.ts'
import { embeddingOf } from '../../protocols/embeddings/translated-embedding.ts'
import { PROTOCOLS } from '../../protocols/index.ts'
import { factsFor, type ModelFacts } from '../../protocols/neutral/model-facts.ts'
import type { Loss } from '../../protocols/neutral/neutral.ts'
import { pairOf } from '../../protocols/neutral/pairs.ts'
import type { ModelRequest, ProtocolName, UpstreamProtocol } from '../../protocols/protocol.ts'
import { needsState } from '../../protocols/responses/protocol.ts'
import type { DialectFormat } from '../../protocols/translation/format.ts'
import { TranslatedProtocol } from '../../protocols/translation/translated.ts'
import { PROVIDERS } from '../../providers/index.ts'
import type { Candidate } from '../../routing/plan.ts'
import type { UsableUpstream } from '../../upstreams/directory.ts'
import { estimatePrompt } from '../../usage/estimate.ts'
import type { Services } from '../services.ts'
import { isRouteMissing } from './formats/missing-routes.ts'
import { shownField } from './losses.ts'
import { type RequestTries, STRICT_HEADER } from './tries.ts'

export interface Dialogue {
  protocol: UpstreamProtocol
  /** The request as it is addressed: its endpoint is the upstream's. */
  request: ModelRequest
  /** The client's own format: its bytes and its headers pass. */
  passes: boolean
  /** What the upstream does not get as it was meant. */
  losses: readonly Loss[]
}

/** How the client's format is read and written this time. */
export type DialectChange = (dialect: DialectFormat) => DialectFormat

const NO_LOSSES: readonly Loss[] = []

/** The rest of an answer is asked for as a translation, also in the client's own format. */
export function openContinuation(
  services: Services,
  tries: RequestTries,
  candidate: Candidate<UsableUpstream>,
  dialectOf: DialectChange,
): Promise<Dialogue> {
  const name = protocolFor(tries.request, candidate)
  return translated(services, tries, candidate, { name, dialectOf })
}

/** A promise only for a translation. Throws `invalid_request` for what can't be translated. */
export function openDialogue(
  services: Services,
  tries: RequestTries,
  candidate: Candidate<UsableUpstream>,
): Dialogue | Promise<Dialogue> {
  const { request } = tries
  const name = protocolFor(request, candidate)
  if (name === request.protocol)
    return { protocol: PROTOCOLS[name], request, passes: true, losses: NO_LOSSES }
  const embedding = embedded(services, tries, name)
  if (embedding !== null) return embedding
  return translated(services, tries, candidate, { name, dialectOf: (dialect) => dialect })
}

function embedded(
  { tokenizer: { decode } }: Services,
  { request, strict }: RequestTries,
  name: ProtocolName,
): Dialogue | Promise<Dialogue> | null {
  const options = { upstream: PROTOCOLS[name], estimatedInput: estimatePrompt(request), decode }
  const protocol = embeddingOf(request, name, options)
  if (protocol === null) return null
  const { losses, endpoint } = protocol
  refuseLosses(losses, strict)
  const dialogue = { protocol, request: { ...request, endpoint }, passes: false, losses }
  return protocol.prepare()?.then(() => dialogue) ?? dialogue
}

function refuseLosses([loss]: readonly Loss[], strict: boolean): void {
  if (strict && loss !== undefined) throw refusedLoss(loss)
}

export function protocolFor(
  request: ModelRequest,
  candidate: Candidate<UsableUpstream>,
): ProtocolName {
  const documented = documentedProtocol(request, candidate)
  const { key } = candidate.upstream
  const isMissing = isRouteMissing(key, candidate.target.model, documented)
  return isMissing ? PROVIDERS[key.provider].protocols[0] : documented
}

/** It stays the same throughout a request, whatever its host turns out to lack. */
function documentedProtocol(
  request: ModelRequest,
  { upstream, target }: Candidate<UsableUpstream>,
): ProtocolName {
  const { key } = upstream
  const provider = PROVIDERS[key.provider]
  const { protocols, byModel, speaks, onlyProtocol } = provider
  if (byModel !== undefined) return byModel(target.model).protocol
  const only = onlyProtocol?.(key, request, target.model) ?? null
  if (only !== null) return only
  const { protocol } = request
  if (speaks?.(key, protocol) === false) return protocols[0]
  // The gateway keeps the answer of a translation, or refuses what can't be kept.
  if (provider.keepsResponses?.(key) === false && needsState(request)) return protocols[0]
  return protocols.includes(protocol) ? protocol : protocols[0]
}

/** It takes the client's format next to the one that it is known for, at an endpoint of its own. */
export function takesAsSecond(
  request: ModelRequest,
  candidate: Candidate<UsableUpstream>,
): boolean {
  const { upstream, target } = candidate
  const { protocols, byModel, onlyProtocol } = PROVIDERS[upstream.key.provider]
  if (request.protocol === protocols[0] || byModel !== undefined) return false
  const only = onlyProtocol?.(upstream.key, request, target.model) ?? null
  return only === null && documentedProtocol(request, candidate) === request.protocol
}

/** As `takesAsSecond`, at a host that may lack it after all, which is not known yet. */
export function mayLackFormat(
  request: ModelRequest,
  candidate: Candidate<UsableUpstream>,
): boolean {
  const { upstream, target } = candidate
  if (PROVIDERS[upstream.key.provider].mayLackRoutes !== true) return false
  if (isRouteMissing(upstream.key, target.model, request.protocol)) return false
  return takesAsSecond(request, candidate)
}

async function translated(
  { thoughts }: Services,
  { request, context, callerId, strict }: RequestTries,
  { upstream, target }: Candidate<UsableUpstream>,
  { name, dialectOf }: { name: ProtocolName; dialectOf: DialectChange },
): Promise<Dialogue> {
  const { endpoint, dialect, wire } = pairOf(request, name)
  const formats = { dialect: dialectOf(dialect), wire }
  const { key } = upstream
  const protocol = new TranslatedProtocol(formats, request, {
    upstream: PROTOCOLS[name],
    target: {
      model: target.model,
      facts: knownFacts(target.model),
      vendor: makerOf(key, target.model),
      account: key.name,
      quirks: presetAt(key.baseUrl)?.chat,
    },
    requestId: context.requestId,
    createdAt: Math.floor(context.startedAtMs / 1000),
    usageAsked: PROTOCOLS[request.protocol].asksForUsage(request),
    estimatedInput: estimatePrompt(request),
    continued: request.continued,
    thoughts: thoughts.of(callerId),
  })
  await protocol.prepare()
  refuseLosses(protocol.losses, strict)
  return { protocol, request: { ...request, endpoint }, passes: false, losses: protocol.losses }
}

function refusedLoss(loss: Loss): GatewayError {
  const field = shownField(loss)
  return invalidRequest(
    `'${field}' would be ${loss.how}: ${loss.why}. Leave it out; ${STRICT_HEADER}, or the key's own setting, asks for this refusal`,
    field,
  )
}

const MAX_KNOWN = 1_000
const facts = new BoundedMap<string, ModelFacts>(MAX_KNOWN)

export function knownFacts(model: string): ModelFacts {
  const known = facts.get(model)
  if (known !== undefined) return known
  const found = factsFor(model)
  facts.set(model, found)
  return found
}

function makerOf({ provider, baseUrl }: UsableUpstream['key'], model: string): string {
  const { byModel, maker } = PROVIDERS[provider]
  return byModel?.(model).maker ?? maker ?? hostOf(baseUrl)
}

function hostOf(baseUrl: string): string {
  return URL.parse(baseUrl)?.host ?? baseUrl
}

/** Headers of one vendor mean nothing to another. */
export function passedHeaders(
  headers: Readonly<Record<string, string>> | null,
): Readonly<Record<string, string>> | null {
  if (headers === null) return null
  const kept = Object.entries(headers).filter(([name]) => !/^(?:openai|anthropic)-/.test(name))
  return kept.length === 0 ? null : Object.fromEntries(kept)
}
