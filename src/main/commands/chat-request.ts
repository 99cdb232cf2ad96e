/** One chat request to a gateway, whose reply is a stream. */
import { request as requestPlain } from 'node:http'
import { request as requestTls } from 'node:https'
import type { ChatReply } from '../../cli/context.ts'
import { OperatorError } from '../../core/operator-error.ts'

/** Not with fetch: key and prompt would go to the outgoing proxy configured for upstreams. */
export function chat(url: string, key: string, body: object): Promise<ChatReply> {
  const { promise, resolve, reject } = Promise.withResolvers<ChatReply>()
  const request = url.startsWith('https:') ? requestTls : requestPlain
  const sending = request(`${url}/v1/chat/completions`, {
    method: 'POST',
    agent: false,
    headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
  })
  sending.on('error', (error) => reject(unreachable(url, error)))
  sending.on('response', (response) => {
    const id = response.headers['x-request-id']
    const requestId = typeof id === 'string' ? id : null
    resolve({ status: response.statusCode ?? 0, requestId, body: response })
  })
  sending.end(JSON.stringify(body))
  return promise
}

function unreachable(url: string, error: Error & { code?: string }): OperatorError {
  return new OperatorError(
    'failed',
    `the gateway at ${url} can't be reached (${error.code ?? error.message})`,
    'Check the address, and that it runs: gpt-proxy health',
    { cause: error },
  )
}
