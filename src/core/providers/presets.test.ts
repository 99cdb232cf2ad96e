/** The vendors that people name, by any of their names. */
import { expect, test } from 'bun:test'
import { PRESET_NAMES, PROVIDER_PRESETS, presetAt, presetFor } from './presets.ts'

const NAMED =
  'deepseek qwen dashscope moonshot kimi zhipu minimax doubao ark siliconflow mistral groq xai together fireworks cohere perplexity openrouter cerebras nvidia ollama vllm lmstudio lm-studio llamacpp llama.cpp sglang'

test.each(NAMED.split(' '))('%s is known, at an address without a slash at its end', (name) => {
  const preset = presetFor(name)
  expect(URL.canParse(preset?.baseUrl ?? '')).toBe(true)
  expect(preset?.baseUrl).not.toEndWith('/')
})

test('no other name is, nor one of a language’s own', () => {
  for (const name of ['deepseek2', 'constructor', '__proto__', ''])
    expect(presetFor(name)).toBeNull()
})

test('a vendor is known by its address too, but not by an address of this machine', () => {
  expect(presetAt('https://api.deepseek.com/v1')).toBe(PROVIDER_PRESETS.deepseek)
  expect(presetAt('https://api.z.ai/api/paas/v4')).toBe(PROVIDER_PRESETS.zhipu)
  expect(presetAt('https://api.together.ai/v1')).toBe(PROVIDER_PRESETS.together)
  expect(presetAt('https://ws-1.cn-beijing.maas.aliyuncs.com/compatible-mode/v1')).toBe(
    PROVIDER_PRESETS.dashscope,
  )
  expect(presetAt('https://a.b.cn-beijing.maas.aliyuncs.com')).toBeNull()
  expect(presetAt('http://127.0.0.1:11434/v1')).toBeNull()
  expect(presetAt('https://api.example.com')).toBeNull()
})

test('every vendor on the network has a variable of its own', () => {
  const variables = PRESET_NAMES.map((name) => PROVIDER_PRESETS[name].variable).filter(
    (variable) => variable !== null,
  )
  expect(new Set(variables).size).toBe(variables.length)
  expect(variables).toHaveLength(17)
})

/** The table of formats in a document, as data. */
function documented(text: string, words: { kept: string; stateless: string; only: string }) {
  const rows = text.matchAll(/^\| `(\w+)` \| ([^|]+) \| (?:`(\/[^`]*)`|–) \|$/gm)
  return [...rows].map(([, name, said = '', messages = null]) => ({
    name,
    responses: { [words.kept]: 'kept', [words.stateless]: 'stateless', [words.only]: 'only' }[said],
    messages: messages === '/' ? '' : messages,
  }))
}

test.each([
  ['docs/translation.md', { kept: 'kept', stateless: 'not kept', only: 'kept, nothing else' }],
  ['docs/translation.zh-CN.md', { kept: '保存', stateless: '不保存', only: '保存，且仅此一种' }],
])('%s says which formats each vendor takes', async (path, words) => {
  const several = PRESET_NAMES.map((name) => ({ name, ...PROVIDER_PRESETS[name] }))
    .filter(({ responses, messages }) => responses !== null || messages !== null)
    .map(({ name, responses, messages, only }) => ({
      name,
      responses: only === null ? (responses ?? undefined) : 'only',
      messages,
    }))
  const text = await Bun.file(new URL(`../../../${path}`, import.meta.url)).text()
  expect(documented(text, words)).toEqual(several as never)
})
