/** What counts as knowing a vendor, and that no source does where it should not. */
import { describe, expect, test } from 'bun:test'
import { Glob } from 'bun'
import { isExcepted, VENDOR_EXCEPTIONS, vendorFindings } from './vendor-rules.ts'

const found = (path: string, code: string) => vendorFindings(path, code).map(({ text }) => text)

describe('a comparison with the name of a provider or protocol', () => {
  test.each([
    "if (key.provider === 'azure') return",
    'if ("azure" != provider) return',
    "switch (provider) { case 'azure': return 1 }",
    "const isAzure = name.includes('azure')",
    "const isAzure = name.startsWith('azure')",
  ])('is found: %s', (code) => {
    expect(found('src/pipeline/plan.ts', code)).toEqual(['azure'])
    expect(found('src/protocols/openai/request.ts', code)).toEqual(['azure'])
  })

  test('may be where providers are described, and in the folder of its own format', () => {
    const code = "if (wire === 'gemini') return"
    expect(found('src/providers/vertex.ts', code)).toEqual([])
    expect(found('src/core/providers/providers.ts', code)).toEqual([])
    expect(found('src/protocols/gemini/write-output.ts', code)).toEqual([])
    expect(found('src/protocols/translation/translated.ts', code)).toEqual(['gemini'])
  })

  test('is not a value, a key or a word of a comment', () => {
    const code =
      "const vendor = 'openai' // not === 'azure'\n/* case 'gemini' */ const b = { openai: 1 }"
    expect(found('src/pipeline/plan.ts', code)).toEqual([])
  })
})

describe('a field of a wire format', () => {
  test.each([
    ['reply.tool_calls', 'tool_calls'],
    ["body['stop_reason']", 'stop_reason'],
    ['const { usageMetadata } = reply', 'usageMetadata'],
    ['const { inferenceConfig: config } = body', 'inferenceConfig'],
    ['reply.choices?.[0]', 'choices?.['],
  ])('is found: %s', (code, field) => {
    expect(found('src/pipeline/settle.ts', code)).toEqual([field])
    expect(found('src/protocols/neutral/fold.ts', code)).toEqual([])
  })

  test('is not a longer name', () => {
    expect(found('src/pipeline/settle.ts', 'my_tool_calls + tool_calls_made')).toEqual([])
  })
})

test('only the listed exceptions know a vendor, and each exception is needed', async () => {
  const findings = []
  for (const path of [...new Glob('src/**/*.ts').scanSync('.')].sort())
    findings.push(...vendorFindings(path, await Bun.file(path).text()))
  expect(findings.filter((finding) => !isExcepted(finding))).toEqual([])
  const needed = findings.map(({ path, text }) => `${path} ${text}`)
  expect(needed.toSorted()).toEqual(
    VENDOR_EXCEPTIONS.map(({ path, text }) => `${path} ${text}`).toSorted(),
  )
})
