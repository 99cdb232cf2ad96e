/**
 * How many tokens a request holds, for clients that ask before they send it. The vendor says, if it can; else
 * it is counted here, with a margin: agents compact in time rather than too late.
 */
import type { Caller } from '../access/caller.ts'
import { PROTOCOLS } from '../protocols/index.ts'
import type { Endpoint, ModelRequest } from '../protocols/protocol.ts'
import { PROVIDERS } from '../providers/index.ts'
import type { Plan } from '../routing/plan.ts'
import type { UsableUpstream } from '../upstreams/directory.ts'
import { admit } from './admit.ts'
import { authenticate } from './authenticate.ts'
import type { Client, Reply } from './client.ts'
import type { RequestContext } from './context.ts'
import { countPrompt } from './count-usage.ts'
import { routeModel } from './model-route.ts'
import { refusedFor } from './refused.ts'
import { type Incoming, serve } from './serve.ts'
import type { Services } from './services.ts'

/** Tokenizers of other vendors cut the same text into up to this many more. */
const MARGIN = 1.1

export const COUNTING: ReadonlySet<Endpoint> = new Set([
  'messages/count_tokens',
  'countTokens',
  'responses/input_tokens',
])

/** Like `serve`, for requests that nothing is generated for. */
export async function serveCount(
  services: Services,
  incoming: Incoming,
  context: RequestContext,
): Promise<void> {
  const { client } = incoming
  const caller = authenticate(services, client)
  let leave: (() => void) | null = null
  let request: ModelRequest | null = null
  try {
    const admitted = admit(services, caller, client, context)
    leave = admitted instanceof Promise ? await admitted : admitted
    const text = await incoming.readBody()
    request = PROTOCOLS[incoming.protocol].readRequest(incoming.endpoint, text)
    await countFor(services, caller, { ...incoming, text, request }, context)
  } catch (error) {
    throw refusedFor(error, caller, request)
  } finally {
    leave?.()
  }
}

interface Read extends Incoming {
  text: string
  request: ModelRequest
}

async function countFor(
  services: Services,
  caller: Caller,
  incoming: Read,
  context: RequestContext,
): Promise<void> {
  const { endpoint, client, text, request } = incoming
  const plan = await routeModel(services, caller, request)
  const native = { ...incoming, readBody: () => text }
  if (isNative(plan, request) && (await counted(services, caller, native, context))) return
  const headers: Record<string, string> = {
    'content-type': 'application/json',
    'x-request-id': context.requestId,
    'x-gpt-proxy-estimated': 'true',
  }
  await services.rateLimits.hold(caller.key, client, 0, headers)
  const tokens = await countPrompt(services.tokenizer, request)
  const count = Math.ceil(tokens * MARGIN)
  client.respond({ status: 200, headers, body: JSON.stringify(bodyOf(endpoint, count)) })
}

function bodyOf(endpoint: Endpoint, count: number): object {
  if (endpoint === 'countTokens') return { totalTokens: count }
  const counted = { input_tokens: count }
  return endpoint === 'responses/input_tokens'
    ? { object: 'response.input_tokens', ...counted }
    : counted
}

function isNative(plan: Plan<UsableUpstream>, { protocol, endpoint }: ModelRequest): boolean {
  // Upstreams that have this route are passed the request as it is, and never come here.
  if (endpoint === 'responses/input_tokens') return false
  // Hosts of several makers' models have no such route for all of them, nor those that only speak the format as well.
  const speaks = ({ key }: UsableUpstream) => {
    const { protocols, byModel } = PROVIDERS[key.provider]
    return byModel === undefined && protocols[0] === protocol
  }
  return plan.every(({ keys }) => keys.every(speaks))
}

/** False if the upstream has no such route or is out of order: then nothing was said to the client. */
async function counted(
  services: Services,
  caller: Caller,
  incoming: Incoming,
  context: RequestContext,
): Promise<boolean> {
  const { client } = incoming
  let answered = false
  const judging: Client & Pick<Incoming['client'], 'headers' | 'peer'> = {
    headers: client.headers,
    peer: () => client.peer(),
    stream: (head) => client.stream(head),
    abort: () => client.abort(),
    revoke: () => client.revoke(),
    respond(reply: Reply) {
      if (reply.status === 404 || reply.status === 405 || reply.status >= 500) return
      answered = true
      client.respond(reply)
    },
  }
  await serve(services, { ...incoming, client: judging, caller, isAdmitted: true }, context)
  return answered
}
