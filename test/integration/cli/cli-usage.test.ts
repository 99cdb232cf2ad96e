/** Usage and costs, from requests through the gateway to the reports for people and programs. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { join } from 'node:path'
import { type Gateway, startGateway } from '../../support/gateway.ts'
import {
  chatCompletion,
  jsonReply,
  type MockUpstream,
  startMockUpstream,
} from '../../support/mock/mock-upstream.ts'
import { environmentFor, MAIN, ROOT } from '../../support/processes/gateway-process.ts'

/** 600 000 plain and 400 000 cached to read; 100 000 to write, 50 000 of them thought. */
const USAGE = {
  prompt_tokens: 1_000_000,
  completion_tokens: 100_000,
  total_tokens: 1_100_000,
  prompt_tokens_details: { cached_tokens: 400_000 },
  completion_tokens_details: { reasoning_tokens: 50_000 },
}
const TODAY = new Date().toISOString().slice(0, 10)

let mock: MockUpstream
let gateway: Gateway

beforeAll(async () => {
  const answer = { ...chatCompletion('hello'), usage: USAGE }
  mock = await startMockUpstream({ script: () => jsonReply(200, answer) })
  // A name that a spreadsheet would take for a formula.
  gateway = await startGateway({ upstreams: [{ name: '@main', baseUrl: mock.url }] })
})

afterAll(async () => {
  await gateway.stop()
  await mock.close()
})

async function costOf(model: string): Promise<unknown> {
  const reply = await gateway.chat({ model, messages: [{ role: 'user', content: 'hi' }] })
  expect(reply.status).toBe(200)
  await reply.text()
  return (await gateway.usageRow(reply.headers.get('x-request-id') ?? '')).cost_usd
}

async function json(...args: string[]): Promise<unknown> {
  const { exitCode, stdout, stderr } = await gateway.cli([...args, '--json'])
  if (exitCode !== 0) throw new Error(`${args.join(' ')}: exit ${exitCode}: ${stderr}`)
  return JSON.parse(stdout)
}

test("each record has its cost: by the operator's price first, null if unknown", async () => {
  // 0.6 · 2.50 + 0.4 · 1.25 + 0.1 · 10
  expect(await costOf('gpt-4o')).toBeCloseTo(3, 9)
  expect(await costOf('gpt-4o-2024-11-20')).toBeCloseTo(3, 9)
  expect(await costOf('mystery')).toBeNull()
  await json('price', 'set', 'mystery', '--input', '1', '--output', '10', '--reasoning', '20')
  // 1 · 1 + 0.05 · 10 + 0.05 · 20
  expect(await costOf('mystery')).toBeCloseTo(2.5, 9)
  await json('price', 'set', 'gpt-4o', '--input', '0', '--output', '0')
  expect(await costOf('gpt-4o')).toBe(0)
  expect(await json('price', 'list')).toMatchObject([
    { model: 'gpt-4o', input_usd: 0 },
    { model: 'mystery', reasoning_usd: 20, cached_usd: null },
  ])
  await json('price', 'unset', 'gpt-4o')
  expect(await costOf('gpt-4o')).toBeCloseTo(3, 9)
  const missing = await gateway.cli(['price', 'unset', 'gpt-4o'])
  expect(missing.exitCode).toBe(4)
})

test('costs are summed, and what could not be priced is counted', async () => {
  expect(await json('usage', '--by', 'model')).toMatchObject([
    { model: 'gpt-4o', requests: 3, cost_usd: 6, unpriced_requests: 0, cached_tokens: 1_200_000 },
    { model: 'gpt-4o-2024-11-20', requests: 1, cost_usd: 3 },
    { model: 'mystery', requests: 2, cost_usd: 2.5, unpriced_requests: 1 },
  ])
})

test('several dimensions at once, with commas or the option again', async () => {
  const rows = [{ day: TODAY, user: 'default', upstream: '@main', requests: 6 }]
  expect(await json('usage', '--by', 'day,user', '--by', 'upstream')).toMatchObject(rows)
})

test('a month, days to their end, a user, a model, a key and an upstream narrow it down', async () => {
  const requests = async (...args: string[]) => {
    const rows = (await json('usage', ...args)) as { requests: number }[]
    return rows.reduce((sum, row) => sum + row.requests, 0)
  }
  const month = TODAY.slice(0, 7)
  expect(await requests('--month', month)).toBe(6)
  expect(await requests('--month', '2020-01')).toBe(0)
  expect(await requests('--from', TODAY, '--to', TODAY)).toBe(6)
  expect(await requests('--from', '1h')).toBe(6)
  expect(await requests('--to', '1h')).toBe(0)
  expect(await requests('--user', 'default', '--model', 'mystery')).toBe(2)
  expect(await requests('--user', 'admin')).toBe(0)
  expect(await requests('--user', '2')).toBe(6)
  expect(await requests('--upstream', '@main', '--key', '1')).toBe(6)
  expect(await requests('--key', '9')).toBe(0)
})

test('CSV has a header and all columns, and no cell is a formula', async () => {
  const { stdout, exitCode } = await gateway.cli(['usage', '--by', 'upstream,model', '--csv'])
  expect(exitCode).toBe(0)
  const [header, first, ...more] = stdout.split('\r\n')
  expect(header).toBe(
    'upstream,model,requests,errors,prompt_tokens,completion_tokens,total_tokens,cached_tokens,reasoning_tokens,audio_tokens,images,audio_seconds,characters,video_seconds,searches,file_searches,code_sessions,pages,estimated_requests,unpriced_requests,cost_usd',
  )
  expect(first).toBe(
    "'@main,gpt-4o,3,0,3000000,300000,3300000,1200000,150000,0,0,0,0,0,0,0,0,0,0,0,6",
  )
  expect(more).toHaveLength(3)
})

test('a CSV file begins with the byte-order mark that Excel needs', async () => {
  const child = Bun.spawn([process.execPath, MAIN, 'usage', '--csv'], {
    env: environmentFor(gateway.dataDir),
    stdout: 'pipe',
  })
  const bytes = new Uint8Array(await new Response(child.stdout).arrayBuffer())
  expect([...bytes.subarray(0, 3)]).toEqual([0xef, 0xbb, 0xbf])
  expect(new TextDecoder().decode(bytes)).toStartWith('user,requests,')
})

test('the example prices in CNY load with the command that their file names', async () => {
  const file = await Bun.file(join(ROOT, 'deploy/prices/china-cny.csv')).text()
  const [, command = ''] =
    /^# gpt-proxy (price import .*) < deploy\/prices\/china-cny.csv$/m.exec(file) ?? []
  const imported = await gateway.cli([...command.split(' '), '--json'], { stdin: file })
  expect(JSON.parse(imported.stdout)).toEqual({ imported: 9 })
  const set = (await json('price', 'list')) as { model: string; input_usd: number }[]
  for (const vendor of ['qwen-', 'glm-', 'doubao-', 'ernie-'])
    expect(set.some(({ model }) => model.startsWith(vendor))).toBe(true)
  // 2.4 yuan at 7.1 to the dollar.
  expect(set.find(({ model }) => model === 'qwen-max')?.input_usd).toBeCloseTo(0.338, 3)
})

test('people see a table', async () => {
  const { stdout } = await gateway.cli(['usage', '--by', 'model'])
  expect(stdout.split('\n')[0]?.split(/ +/)).toEqual(
    'MODEL REQUESTS ERRORS PROMPT_TOKENS COMPLETION_TOKENS TOTAL_TOKENS COST_USD UNPRICED_REQUESTS'.split(
      ' ',
    ),
  )
})

test.each([
  '--by user,colour',
  '--month 2027-13',
  '--month 2027-01 --from 2027-01-01',
  '--csv --json',
  '--key laptop',
])("'%s' is refused as wrong usage", async (words) => {
  expect((await gateway.cli(['usage', ...words.split(' ')])).exitCode).toBe(2)
})

test('an unknown user is named', async () => {
  const { exitCode, stderr } = await gateway.cli(['usage', '--user', 'nobody'])
  expect(exitCode).toBe(4)
  expect(stderr).toContain("there is no user 'nobody'")
})
