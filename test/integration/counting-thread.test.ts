/** Tokens are counted in a thread of their own, which is there only while it is needed. */
import { afterAll, expect, test } from 'bun:test'
import { createTokenizer } from '../../src/adapters/tokenizer/gpt-tokenizer.ts'
import { waitFor } from '../support/waiting.ts'

const TEXT = 'Tokens are counted in a thread of their own'

/** Loading an encoding takes a third of a second. */
const MAX_CPU_MS = 100

let latest: Worker
let started = 0
let ended = 0
const { Worker } = globalThis
globalThis.Worker = class extends Worker {
  constructor(...given: ConstructorParameters<typeof Worker>) {
    super(...given)
    started++
    latest = this
    this.addEventListener('close', () => ended++)
  }
}
afterAll(() => {
  globalThis.Worker = Worker
})

function cpuMs(): number {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1000
}

test.each([
  ['gpt-4o', 'hello world', 2],
  ['gpt-4', 'hello world', 2],
  ['gpt-4o', '你好，世界', 3],
  ['gpt-4', '你好，世界', 6],
  ['unknown', '<|endoftext|>', 7],
  ['gpt-4o', '', 0],
])('%s reads %j as %d tokens', async (model, text, tokens) => {
  expect(await createTokenizer(0).count(model, text)).toBe(tokens)
})

test('tokens in the encoding of embedding models are decoded, and other numbers are refused', async () => {
  const tokenizer = createTokenizer(0)
  expect(await tokenizer.decode([9906, 1917, 57668, 53901])).toBe('Hello world你好')
  expect(await tokenizer.decode([9906, 999_999])).toBeNull()
})

test('many texts are counted concurrently, with little work in this thread', async () => {
  const tokenizer = createTokenizer(0)
  const beforeMs = cpuMs()
  const texts = Array.from({ length: 200 }, (_, index) => 'a '.repeat(index + 1))
  const counts = await Promise.all(texts.map((text) => tokenizer.count('gpt-4o', text)))
  expect(cpuMs() - beforeMs).toBeLessThan(MAX_CPU_MS)
  expect(counts).toEqual(texts.map((_, index) => index + 2))
})

test('it is ended when it was idle, and started again when it is needed', async () => {
  await waitFor('the end of those before', () => ended === started)
  const tokenizer = createTokenizer(50)
  for (let round = 1; round <= 2; round++) {
    const before = started
    expect(await tokenizer.count('gpt-4o', TEXT)).toBe(9)
    expect(await tokenizer.count('gpt-4o', TEXT)).toBe(9)
    expect(started).toBe(before + 1)
    await waitFor('the end of the thread', () => ended === started)
  }
})

test('a failed thread leaves no request waiting, and is replaced', async () => {
  const tokenizer = createTokenizer(0)
  const counting = tokenizer.count('gpt-4o', TEXT)
  latest.dispatchEvent(new ErrorEvent('error', { message: 'out of memory' }))
  await expect(counting).rejects.toThrow('the counting thread failed')
  expect(await tokenizer.count('gpt-4o', TEXT)).toBe(9)
})

test('it does not keep the process alive', async () => {
  const module = new URL('../../src/adapters/tokenizer/gpt-tokenizer.ts', import.meta.url)
  const code = `import { createTokenizer } from '${module}'
    console.log(await createTokenizer().count('gpt-4o', '${TEXT}'))`
  const child = Bun.spawn([process.execPath, '-e', code], { stdout: 'pipe', timeout: 10_000 })
  expect(await new Response(child.stdout).text()).toBe('9\n')
  expect(await child.exited).toBe(0)
})
