/** Errors of the stores and of other gateways in Chinese: none that the code can throw is left in English. */
import { expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import { DatabaseError } from 'pg'
import { explainPostgresError } from '../../../../src/adapters/sql/postgres/postgres-error.ts'
import { explainSqliteError, StoreError } from '../../../../src/adapters/sql/store-error.ts'
import { startErrorInChinese } from '../../../../src/cli/texts/start-errors-zh.ts'

const HAN = /\p{Script=Han}/u
const files = [...new Bun.Glob('src/**/*.ts').scanSync('.')].filter(
  (file) => !file.endsWith('.test.ts'),
)

/** The text between the bracket at `at` and its counterpart. */
function bracketed(text: string, at: number): string {
  let depth = 0
  for (let end = at; end < text.length; end++) {
    if ('({['.includes(text[end] as string)) depth++
    else if (')}]'.includes(text[end] as string) && --depth === 0) return text.slice(at, end)
  }
  return ''
}

/** Each text that is given to an error, with a 1 for what is put into it. */
function textsOf(source: string): string[] {
  return [...source.matchAll(/new (?:Store|Operator)Error\(/g)].flatMap(({ 0: call, index }) => {
    const written = bracketed(source, index + call.length - 1).replace(
      /\$\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\}/g,
      '1',
    )
    return [...written.matchAll(/'((?:[^'\\\n]|\\.)*)'|"([^"\n]*)"|`([^`]*)`/g)]
      .map(([, single, double, template]) =>
        (single ?? double ?? template ?? '').replaceAll("\\'", "'"),
      )
      .filter((text) => text.includes(' ') && !HAN.test(text))
  })
}

/** Put together elsewhere and tested below, or written in both languages where they are thrown. */
const OTHERS = [
  'database 1 1',
  '1: 1: 11',
  '1: migration: 1',
  '1 is for the embedded store, and this one is on PostgreSQL',
  '1. If another database was imported here before, start with an empty store',
  "gpt-proxy 1 can't run with --server: 1",
  'Run it on that machine, without --server',
  "invalid address for --server: '1'",
]

test('every text that an error is made of has a Chinese one', () => {
  const texts = files.flatMap((file) => textsOf(readFileSync(file, 'utf8')))
  expect(texts.length).toBeGreaterThan(100)
  const english = texts.filter((text) => {
    const { message, remedy } = startErrorInChinese(text, text)
    return !OTHERS.includes(text) && !HAN.test(message) && !HAN.test(remedy)
  })
  expect(english).toEqual([])
})

const ADDRESS = {
  host: '127.0.0.1',
  port: 5432,
  database: 'gateway',
  user: 'u',
  password: 'p',
  tls: null,
} as never

test.each([
  'PostgreSQL 127.0.0.1:5432/gateway: migration: column "x" exists',
  'backup is for the embedded store, and this one is on PostgreSQL',
  'restore is for the embedded store, and this one is on PostgreSQL',
  'Nothing was changed. If another database was imported here before, start with an empty store',
])('"%s" is said in Chinese', (text) => {
  const { message, remedy } = startErrorInChinese(text, text)
  expect(message + remedy).toMatch(HAN)
})

test.each([
  ...'ENOTFOUND ECONNREFUSED EHOSTUNREACH ENOENT ECONNRESET CERT_HAS_EXPIRED ERR_SSL_X'.split(' '),
  ...'28P01 28000 3D000 42501 53300 57P03 57P01 25006 55P03 57014 53100'.split(' '),
])('PostgreSQL failing with %s is explained in Chinese', (code) => {
  const error = Object.assign(new DatabaseError('as the server says', 0, 'error'), { code })
  const explained = explainPostgresError(error, ADDRESS) as StoreError
  expect(explained).toBeInstanceOf(StoreError)
  const { message, remedy } = startErrorInChinese(explained.message, explained.remedy)
  expect(message).toMatch(
    /^PostgreSQL 127\.0\.0\.1:5432\/gateway：.*\p{Script=Han}.* \(as the server says\)$/u,
  )
  expect(remedy).toMatch(HAN)
})

test.each([
  'The server does not support SSL connections',
  'password must be a string',
  'timeout exceeded when trying to connect',
  'Query read timeout',
  'Connection terminated unexpectedly',
])('the driver saying "%s" is explained in Chinese', (said) => {
  const explained = explainPostgresError(new Error(said), ADDRESS) as StoreError
  const { message, remedy } = startErrorInChinese(explained.message, explained.remedy)
  expect(message).toMatch(HAN)
  expect(remedy).toMatch(HAN)
})

test.each(
  'SQLITE_NOTADB SQLITE_BUSY SQLITE_FULL SQLITE_READONLY SQLITE_CANTOPEN SQLITE_IOERR'.split(' '),
)('SQLite failing with %s is explained in Chinese', (code) => {
  const explained = explainSqliteError(Object.assign(new Error('x'), { code }), '/data/a b.sqlite')
  const { message, remedy } = explained as StoreError
  const chinese = startErrorInChinese(message, remedy)
  expect(chinese.message).toMatch(HAN)
  expect(chinese.message).toContain('/data/a b.sqlite')
  expect(chinese.remedy).toMatch(HAN)
})

test.each([
  ['README.md: expected a list of models', 'README.md：应为模型列表'],
  ["m.json: model 2: expected a text 'name'", 'm.json: model 2：“name”应为文本'],
  ["m.json: model 1: expected no field 'target'", 'm.json: model 1：没有名为“target”的字段'],
  [
    "m.json: model 1: 'strategy': expected one of priority, cost",
    "m.json: model 1: 'strategy'：应为其中之一：priority, cost",
  ],
  ["m.json: expected one model 'fast'", 'm.json：模型“fast”出现了不止一次'],
])('of a file of models, "%s" is said in Chinese', (english, chinese) => {
  expect(startErrorInChinese(english, '').message).toBe(chinese)
})
