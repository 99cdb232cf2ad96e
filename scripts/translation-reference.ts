/**
 * Writes the tables of docs/translation.md and its twin from the translations themselves:
 * `npx bun scripts/translation-reference.ts`. A test holds both files equal to what this makes.
 */
import { GatewayError } from '../src/core/errors.ts'
import { factsFor } from '../src/protocols/neutral/model-facts.ts'
import type { DialectName, JsonObject, WireName } from '../src/protocols/neutral/neutral.ts'
import { DIALECTS, WIRES } from '../src/protocols/translation/formats.ts'
import { translateRequest } from '../src/protocols/translation/translate.ts'
import { PROBES } from './translation-probes.ts'

/** What becomes of a feature; `none`: the client's format has no such thing. */
type Fate = 'passed' | 'translated' | 'emulated' | 'clamped' | 'dropped' | 'refused' | 'none'

/** A model of each wire that takes most, so that the table shows the formats rather than one model. */
const TARGETS: Readonly<Record<WireName, { model: string; vendor: string }>> = {
  chat: { model: 'gpt-5.1', vendor: 'openai' },
  responses: { model: 'gpt-5.1', vendor: 'openai' },
  messages: { model: 'claude-opus-4-6', vendor: 'anthropic' },
  gemini: { model: 'gemini-3-pro', vendor: 'google' },
  converse: { model: 'anthropic.claude-opus-4-6-v1:0', vendor: 'anthropic' },
}
const DIALECT_NAMES = Object.keys(DIALECTS) as DialectName[]
const WIRE_NAMES = Object.keys(WIRES) as WireName[]

const TITLES: Readonly<Record<WireName, string>> = {
  chat: 'Chat Completions',
  responses: 'Responses',
  messages: 'Messages',
  gemini: 'Gemini',
  converse: 'Bedrock Converse',
}
interface Frame {
  feature: string
  client(name: string): string
  words: Readonly<Record<Fate, string>>
}

const FRAMES = {
  'docs/translation.md': {
    feature: 'feature',
    client: (name: string) => `### A client of ${name}`,
    words: {
      passed: 'passed',
      translated: 'translated',
      emulated: 'emulated',
      clamped: 'clamped',
      dropped: 'dropped',
      refused: '400',
      none: '–',
    },
  },
  'docs/translation.zh-CN.md': {
    feature: '功能',
    client: (name: string) => `### ${name} 客户端`,
    words: {
      passed: '原样通过',
      translated: '转换',
      emulated: '模拟',
      clamped: '截断',
      dropped: '去掉',
      refused: '400',
      none: '–',
    },
  },
} as const satisfies Record<string, Frame>

export const TRANSLATION_DOCUMENTS = Object.keys(FRAMES) as (keyof typeof FRAMES)[]

const START = '<!-- tables: made by scripts/translation-reference.ts -->'

/** The document with its tables made again. */
export function withTables(path: keyof typeof FRAMES, text: string): string {
  const at = text.indexOf(START)
  if (at < 0) throw new Error(`${path} has no line ${START}`)
  const tables = DIALECT_NAMES.map((dialect) => tableOf(path, dialect))
  return `${text.slice(0, at)}${START}\n\n${tables.join('\n\n')}\n`
}

function tableOf(path: keyof typeof FRAMES, dialect: DialectName): string {
  const { feature, client, words } = FRAMES[path]
  const head = [feature, ...WIRE_NAMES.map((wire) => TITLES[wire])]
  const rows = PROBES.map(({ names, bodies }) => [
    names[path],
    ...WIRE_NAMES.map((wire) => words[fateOf(dialect, wire, bodies[dialect])]),
  ])
  const lines = [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`)
  return [client(TITLES[dialect]), '', ...lines].join('\n')
}

function fateOf(dialect: DialectName, wire: WireName, body: JsonObject | undefined): Fate {
  if (body === undefined) return 'none'
  if (dialect === wire) return 'passed'
  const target = { ...TARGETS[wire], facts: factsFor(TARGETS[wire].model), account: 'main' }
  try {
    const request = DIALECTS[dialect].readRequest(body, { model: 'any' })
    const { losses } = translateRequest(request, WIRES[wire], target)
    for (const how of ['dropped', 'clamped', 'emulated'] as const)
      if (losses.some((loss) => loss.how === how)) return how
    return 'translated'
  } catch (error) {
    if (error instanceof GatewayError) return 'refused'
    throw error
  }
}

if (import.meta.main) {
  for (const path of TRANSLATION_DOCUMENTS)
    await Bun.write(path, withTables(path, await Bun.file(path).text()))
}
