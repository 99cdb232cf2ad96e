/** A new provider or protocol is a compile error exactly where a maintainer has to decide something about it. */
import { expect, test } from 'bun:test'
import { copySource } from './source-copy.ts'

const FACTS = `acme: {
    hasKeys: true, baseUrl: 'https://api.acme.example', addedPath: null, hasApiVersion: false,
    choosesProtocol: false,
    servesUnnamedModels: true, prices: 'own', namesAreDeployments: false,
  },`

test('a provider needs a destination and its variables, and with these it compiles', async () => {
  using copy = copySource()
  copy.replace('src/core/providers/providers.ts', '  demo: {', `  ${FACTS}\n  demo: {`)
  expect(await copy.filesWithErrors()).toEqual([
    'src/cli/variable-imports.ts',
    'src/providers/index.ts',
  ])

  copy.replace(
    'src/cli/variable-imports.ts',
    '  demo: () => [],',
    '  acme: () => [],\n  demo: () => [],',
  )
  copy.replace(
    'src/providers/index.ts',
    '  demo,\n}',
    '  acme: { ...compatible, maker: null },\n  demo,\n}',
  )
  expect(await copy.filesWithErrors()).toEqual([])
})

test('facts about a provider that are incomplete do not compile', async () => {
  using copy = copySource()
  copy.replace('src/core/providers/providers.ts', "    prices: 'none',\n", '')
  expect(await copy.filesWithErrors()).toEqual(['src/core/providers/providers.ts'])
})

test('a protocol needs its reader and writer, and a format that requests are translated to', async () => {
  using copy = copySource()
  copy.replace(
    'src/protocols/protocol.ts',
    "ProtocolName = 'openai'",
    "ProtocolName = 'acme' | 'openai'",
  )
  expect(await copy.filesWithErrors()).toEqual([
    'src/protocols/index.ts',
    'src/protocols/neutral/pairs.ts',
  ])
})

test('an endpoint for models needs to say whether it is translated', async () => {
  using copy = copySource()
  copy.replace('src/protocols/protocol.ts', "  | 'embeddings'", "  | 'acme/ask'\n  | 'embeddings'")
  expect(await copy.filesWithErrors()).toEqual(['src/protocols/neutral/pairs.ts'])
})
