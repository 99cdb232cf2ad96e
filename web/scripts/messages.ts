/** Finds every message of the source, checks the translations against them and compiles both catalogues. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type NodePath, transformSync, traverse, type types } from '@babel/core'
import macro from '@lingui/babel-plugin-lingui-macro'
import { makeConfig } from '@lingui/conf'
import { compileMessageOrThrow } from '@lingui/message-utils/compileMessage'

/** A message as the source has it: its identifier is a hash of the English text. */
export interface SourceMessage {
  id: string
  message: string
  file: string
}

const linguiConfig = makeConfig(
  { locales: ['en', 'zh'], sourceLocale: 'en' },
  { skipValidation: true },
)

/** Replaces Lingui's macros by calls of its runtime. Undefined where a file uses none. */
export function expandMacros(code: string, file: string, keepText: boolean) {
  if (!code.includes('@lingui/')) return undefined
  const result = transformSync(code, {
    filename: file,
    configFile: false,
    babelrc: false,
    ast: keepText,
    sourceMaps: true,
    parserOpts: { plugins: ['typescript', 'jsx'] },
    plugins: [[macro, { linguiConfig, stripMessageField: !keepText }]],
  })
  if (result === null || result === undefined) throw new Error(`${file} could not be read`)
  return result
}

export function messagesOf(folder: string): SourceMessage[] {
  const found: SourceMessage[] = []
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()) {
    if (!/\.tsx?$/.test(name) || name.includes('.test.')) continue
    const file = join(folder, name)
    const expanded = expandMacros(readFileSync(file, 'utf8'), file, true)
    if (expanded?.ast) collect(expanded.ast, file, found)
  }
  return found
}

function collect(ast: types.File, file: string, found: SourceMessage[]): void {
  const add = (id: string | undefined, message: string | undefined) => {
    if (id !== undefined && message !== undefined) found.push({ id, message, file })
  }
  traverse(ast, {
    ObjectExpression({ node }: NodePath<types.ObjectExpression>) {
      const text = (key: string) => {
        for (const each of node.properties)
          if (each.type === 'ObjectProperty' && each.value.type === 'StringLiteral')
            if (each.key.type === 'Identifier' && each.key.name === key) return each.value.value
        return undefined
      }
      add(text('id'), text('message'))
    },
    JSXOpeningElement({ node }: NodePath<types.JSXOpeningElement>) {
      const text = (key: string) => {
        for (const each of node.attributes) {
          if (each.type !== 'JSXAttribute' || each.name.name !== key) continue
          const value =
            each.value?.type === 'JSXExpressionContainer' ? each.value.expression : each.value
          if (value?.type === 'StringLiteral') return value.value
        }
        return undefined
      }
      add(text('id'), text('message'))
    },
  })
}

/** What is wrong with a catalogue, in words: untranslated messages, ones no longer used, lost placeholders. */
export function catalogueProblems(
  messages: readonly SourceMessage[],
  translations: Readonly<Record<string, string>>,
): string[] {
  const problems: string[] = []
  const wanted = new Set(messages.map(({ message }) => message))
  for (const message of wanted) {
    const translation = translations[message]
    if (!translation) problems.push(`not translated: ${JSON.stringify(message)}`)
    else if (placeholders(message) !== placeholders(translation))
      problems.push(`other placeholders in the translation: ${JSON.stringify(message)}`)
  }
  for (const message of Object.keys(translations))
    if (!wanted.has(message)) problems.push(`no longer used: ${JSON.stringify(message)}`)
  return problems
}

/** Names of values, and the numbered tags of `<Trans>`, sorted: they must survive translation. */
function placeholders(message: string): string {
  const names = [...message.matchAll(/\{\s*(\w+)\s*[,}]|<\/?(\d+)\/?>/g)].map(
    ([whole, name]) => name ?? whole,
  )
  return [...new Set(names.filter((name) => !/^(one|other|#)$/.test(name)))].sort().join(' ')
}

/** A catalogue as Lingui's runtime wants it: identifier → parsed message. */
export function compileCatalogue(
  messages: readonly SourceMessage[],
  translate: (message: string) => string,
): Record<string, unknown> {
  return Object.fromEntries(
    messages.map(({ id, message }) => {
      const parts = compileMessageOrThrow(translate(message))
      return [id, parts.length === 1 && typeof parts[0] === 'string' ? parts[0] : parts]
    }),
  )
}

/**
 * Numbers instead of hashes, for a build: hashes do not compress, and each is in both catalogues and in the code. Both
 * languages have the same numbers, because they come from the source.
 */
export function numberMessages(messages: readonly SourceMessage[]): ReadonlyMap<string, number> {
  const numbers = new Map<string, number>()
  for (const { id } of messages) if (!numbers.has(id)) numbers.set(id, numbers.size)
  return numbers
}

/** Expanded code with numbers for its identifiers, as in `{ id: "j3nk0m" }` and `<Trans id={"j3nk0m"} />`. */
export function withNumbers(code: string, numbers: ReadonlyMap<string, number>): string {
  return code.replaceAll(/(\bid(?:: ?|=\{?))"([^"]{6})"/g, (whole, before: string, id: string) => {
    const number = numbers.get(id)
    return number === undefined ? whole : `${before}"${number}"`
  })
}
