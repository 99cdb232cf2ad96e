/** Asks the gateway as a client would, and reads its answers. */
import type { Gateway } from '../support/gateway.ts'

export interface ErrorFields {
  message: string
  type: string
  code: string | null
  param: string | null
  request_id: string
}

export interface UsageRow {
  request_id: string
  status: number
  outcome: string
  error_code: string | null
  attempts: number
  attempt_log: string
  ambiguous: number
  upstream: string | null
  prompt_tokens: number
  completion_tokens: number
  total_tokens: number
  estimated: number
}

export interface Answer {
  status: number
  headers: Headers
  text: string
  /** From the header `x-gpt-proxy-attempts`. */
  attempts: number
  /** The error object of a JSON answer. */
  error(): ErrorFields
  row(): Promise<UsageRow>
}

export interface AskOptions {
  stream?: boolean
  /** Further members of the body. */
  body?: object
  headers?: Record<string, string>
  /** False: the client waits as long as it takes. */
  timeout?: false
}

export const QUESTION = [{ role: 'user', content: 'Say hello' }]
export const BOTH = [
  ['whole', false],
  ['streamed', true],
] as const

export async function ask(
  gateway: Gateway,
  model: string,
  options: AskOptions = {},
): Promise<Answer> {
  const { stream = false, body = {}, headers = {}, timeout } = options
  const question = { model, messages: QUESTION, stream, ...body }
  const init: BunFetchRequestInit = timeout === undefined ? { headers } : { headers, timeout }
  const response = await gateway.chat(question, init)
  return answerOf(gateway, response, await response.text())
}

export function answerOf(gateway: Gateway, response: Response, text: string): Answer {
  const requestId = response.headers.get('x-request-id') ?? ''
  return {
    status: response.status,
    headers: response.headers,
    text,
    attempts: Number(response.headers.get('x-gpt-proxy-attempts')),
    error: () => errorIn(text),
    row: async () => (await gateway.usageRow(requestId)) as unknown as UsageRow,
  }
}

function errorIn(text: string): ErrorFields {
  const { error } = JSON.parse(text) as { error?: ErrorFields }
  if (error === undefined) throw new Error(`no error in ${text}`)
  return error
}

/** Payloads of the `data:` events of a stream. */
export function payloads(text: string): string[] {
  return text
    .split('\n\n')
    .filter((event) => event.startsWith('data: '))
    .map((event) => event.slice('data: '.length))
}

/** The error objects of a stream's error events. */
export function streamErrors(text: string): ErrorFields[] {
  return payloads(text)
    .filter((payload) => payload.startsWith('{"error"'))
    .map(errorIn)
}
