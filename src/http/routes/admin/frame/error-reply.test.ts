/** Messages of errors come in the caller's language; codes and fields stay the same. */
import { expect, test } from 'bun:test'
import { z } from '@hono/zod-openapi'
import { ADMIN_ERRORS, adminError } from '../../../../admin/errors.ts'
import { SIGN_IN_PROBLEMS, SignInRefusal } from '../../../../admin/identity/refusal.ts'
import type { Logger } from '../../../../core/logger.ts'
import { API_ERRORS, ApiError } from './api-error.ts'
import {
  adminErrorReply,
  invalidInput,
  type MessageLanguage,
  messageLanguage,
} from './error-reply.ts'

const silent: Logger = { debug() {}, info() {}, warn() {}, error() {}, requestFinished() {} }
const CHINESE = /[\u4e00-\u9fff]/

interface ErrorBody {
  message: string
  fields?: { field: string; message: string }[]
}

async function replied(error: unknown, language: MessageLanguage) {
  const reply = adminErrorReply(error, { requestId: 'req_1', language }, silent)
  const { error: body } = (await reply.json()) as { error: ErrorBody }
  return { status: reply.status, ...body }
}

test.each([
  [undefined, 'en'],
  ['zh', 'zh'],
  ['zh-CN,zh;q=0.9,en;q=0.8', 'zh'],
  ['en-GB,en;q=0.9,zh;q=0.8', 'en'],
  ['de, zh-TW', 'zh'],
  ['*', 'en'],
] as const)('accept-language %p is answered in %s', (header, language) => {
  expect(messageLanguage(header)).toBe(language)
})

const errors: [name: string, error: Error][] = [
  ...Object.keys(ADMIN_ERRORS).map((code): [string, Error] => [
    code,
    adminError(code as keyof typeof ADMIN_ERRORS, { name: 'x' }),
  ]),
  ...Object.keys(API_ERRORS).map((code): [string, Error] => [
    code,
    new ApiError(code as keyof typeof API_ERRORS),
  ]),
  ...Object.keys(SIGN_IN_PROBLEMS).map((code): [string, Error] => [
    code,
    new SignInRefusal(code as keyof typeof SIGN_IN_PROBLEMS),
  ]),
]

test.each(errors)(
  '%s is reported in Chinese, with the same code and status',
  async (_code, error) => {
    const english = await replied(error, 'en')
    const chinese = await replied(error, 'zh')
    expect(english.message).not.toMatch(CHINESE)
    expect(chinese.message).toMatch(CHINESE)
    const { message: _message, fields: _fields, ...rest } = chinese
    expect(english).toMatchObject(rest)
  },
)

test('a field that the schema refuses is explained in Chinese', async () => {
  const schema = z.object({ weight: z.number().max(5), name: z.string() }).strict()
  const { error } = schema.safeParse({ weight: 9, extra: 1 })
  const { fields } = await replied(invalidInput(error as z.ZodError, 'zh'), 'zh')
  const named = fields ?? []
  expect(named.map(({ field }) => field).toSorted()).toEqual(['extra', 'name', 'weight'])
  for (const { message } of named) expect(message).toMatch(CHINESE)
})

test('a field that the schema refuses is explained in words, not in those of a schema', () => {
  const schema = z
    .object({
      name: z.string().min(1).max(3),
      weight: z.number().int().max(5),
      tags: z.array(z.string()).max(1),
      role: z.enum(['admin', 'user']),
      on: z.boolean(),
      secret: z.string(),
    })
    .strict()
  const given = { name: '', weight: 9, tags: ['a', 'b'], role: 'x', on: 1, extra: 1 }
  const { error } = schema.safeParse(given)
  const { fields } = invalidInput(error as z.ZodError, 'en')
  expect(Object.fromEntries(fields.map(({ field, message }) => [field, message]))).toEqual({
    name: 'must not be empty',
    weight: 'must be at most 5',
    tags: 'must have at most 1 entry',
    role: 'must be one of admin, user',
    on: 'must be true or false',
    secret: 'is required',
    extra: 'there is no such field',
  })
})
