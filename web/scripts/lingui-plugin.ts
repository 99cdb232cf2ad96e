/** Lingui for Vite: expands the macros, and serves each language's catalogue as a module of its own. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Plugin } from 'vite'
import {
  catalogueProblems,
  compileCatalogue,
  expandMacros,
  messagesOf,
  numberMessages,
  withNumbers,
} from './messages.ts'

const PREFIX = 'virtual:messages/'

export function lingui(root: string): Plugin {
  const source = join(root, 'src')
  const translationsFile = join(source, 'locales/zh.json')
  let strict = false
  /** Null while developing: numbers would change with each edit. */
  let numbers: ReadonlyMap<string, number> | null = null
  return {
    name: 'lingui',
    enforce: 'pre',
    // `vite` and `vite build --mode draft` show English where a translation is missing.
    configResolved({ command, mode }) {
      strict = command === 'build' && mode !== 'draft'
      numbers = command === 'build' ? numberMessages(messagesOf(source)) : null
    },
    buildStart() {
      this.addWatchFile(translationsFile)
    },
    resolveId: (id) => (id.startsWith(PREFIX) ? `\0${id}` : null),
    load(id) {
      if (!id.startsWith(`\0${PREFIX}`)) return null
      const messages = messagesOf(source)
      const translations: Record<string, string> = JSON.parse(
        readFileSync(translationsFile, 'utf8'),
      )
      const problems = catalogueProblems(messages, translations)
      if (problems.length > 0 && strict)
        this.error(`web/src/locales/zh.json:\n  ${problems.join('\n  ')}`)
      const catalogue = compileCatalogue(messages, (message) =>
        id.endsWith('/zh') ? (translations[message] ?? message) : message,
      )
      const sent = numbers === null ? catalogue : [...numbers.keys()].map((key) => catalogue[key])
      return `export const messages = JSON.parse(${JSON.stringify(JSON.stringify(sent))})`
    },
    transform(code, id) {
      const file = id.split('?')[0] ?? id
      if (!file.startsWith(source) || !/\.tsx?$/.test(file)) return null
      const expanded = expandMacros(code, file, false)
      if (!expanded?.code) return null
      const sent = numbers === null ? expanded.code : withNumbers(expanded.code, numbers)
      return { code: sent, map: expanded.map as never }
    },
  }
}
