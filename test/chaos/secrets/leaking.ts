/** Where and how an upstream can say a key back. */
import {
  chatCompletion,
  jsonReply,
  rawReply,
  type Step,
  sseReply,
} from '../../support/mock/mock-upstream.ts'

/** Ways to write a key, by the name of the form. */
export function leakForms(secret: string): [form: string, text: string][] {
  return [
    ['as it is', secret],
    ['with Bearer', `Bearer ${secret}`],
    ['base64', Buffer.from(secret).toString('base64')],
    ['base64url', Buffer.from(secret).toString('base64url')],
    ['hex', Buffer.from(secret).toString('hex')],
    ['HEX', Buffer.from(secret).toString('hex').toUpperCase()],
    ['url', encodeURIComponent(secret)],
    [
      'every byte url-encoded',
      [...Buffer.from(secret)].map((byte) => `%${byte.toString(16)}`).join(''),
    ],
    ['basic credentials', Buffer.from(`user:${secret}`).toString('base64')],
    ['its first half', secret.slice(0, secret.length / 2)],
    ['its second half', secret.slice(secret.length / 2)],
  ]
}

/** Each disables the key, so reset it before the next request. */
export const REFUSALS = [401, 402, 403, 429] as const

/** A refusal of the key, with one form of it wherever there is room. */
export function refusing(status: number, leak: string): Step[] {
  const error = { message: `Incorrect API key provided: ${leak}`, code: leak, type: leak }
  return jsonReply(status, { error }, { 'www-authenticate': leak, 'x-key': leak })
}

/** Places that can contain the key; each returns the steps for one form of it. */
export const PLACES: [string, (leak: string) => Step[]][] = [
  [
    'the message of a 400',
    (leak) =>
      jsonReply(400, {
        error: { message: `key ${leak} is bad`, type: 'invalid_request_error', code: null },
      }),
  ],
  [
    'the code of a 400',
    (leak) => jsonReply(400, { error: { message: 'no', type: leak, code: leak, param: leak } }),
  ],
  [
    'a detail of a 400',
    (leak) => jsonReply(400, { error: { message: 'no', inner: { [leak]: [leak] } } }),
  ],
  [
    'a 422 of plain text',
    (leak) => rawReply(`HTTP/1.1 422 No\ncontent-length: ${leak.length}`, leak),
  ],
  [
    'a 500',
    (leak) =>
      jsonReply(500, { error: { message: leak, code: leak } }, { 'www-authenticate': leak }),
  ],
  ['the status line', (leak) => rawReply(`HTTP/1.1 500 ${leak}\ncontent-length: 0`)],
  [
    'headers of a 200',
    (leak) =>
      jsonReply(200, chatCompletion('hello'), {
        'openai-processing-ms': leak,
        'x-request-id': leak,
        'x-ms-region': leak,
      }),
  ],
  [
    'headers of a redirect',
    (leak) =>
      rawReply(`HTTP/1.1 302 Found\nlocation: http://127.0.0.1:1/?key=${leak}\ncontent-length: 0`),
  ],
  ['the error of a 200', (leak) => jsonReply(200, { error: { message: leak, code: leak } })],
  [
    'an error event first',
    (leak) => sseReply([JSON.stringify({ error: { message: leak, code: leak } })]),
  ],
  [
    'an error event later',
    (leak) =>
      sseReply([
        '{"choices":[{"index":0,"delta":{"content":"a"}}]}',
        JSON.stringify({ error: { message: leak, code: leak } }),
      ]),
  ],
]
