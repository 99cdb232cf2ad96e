/**
 * Writes the tables of docs/configuration.md and its Chinese twin from the variables that are read:
 * `npx bun scripts/configuration-reference.ts`. A test holds both files equal to what this makes.
 */
import { VARIABLES } from '../src/config/variables.ts'
import { MEANINGS } from './variable-meanings/meanings.ts'

const HEADINGS = {
  'docs/configuration.md': { language: 'en', heading: '| variable | default | meaning |' },
  'docs/configuration.zh-CN.md': { language: 'zh', heading: '| 变量 | 默认值 | 含义 |' },
} as const

type Document = keyof typeof HEADINGS
export const CONFIGURATION_REFERENCES = Object.keys(HEADINGS) as Document[]

/** The document with its table regenerated; the text around it stays. */
export function withReference(path: Document, text: string): string {
  const { language, heading } = HEADINGS[path]
  const lines = text.split('\n')
  const from = lines.indexOf(heading)
  if (from < 0) throw new Error(`${path} has no table '${heading}'`)
  const length = lines.slice(from).findIndex((line) => !line.startsWith('|'))
  const names = Object.keys(VARIABLES) as (keyof typeof VARIABLES)[]
  const rows = names.map((name) => rowOf(name, language))
  return lines.toSpliced(from, length, heading, '| --- | --- | --- |', ...rows).join('\n')
}

function rowOf(name: keyof typeof VARIABLES, language: 'en' | 'zh'): string {
  const meaning = MEANINGS[name]
  const standard: unknown = VARIABLES[name].parse(undefined)
  const plain = ['string', 'number', 'boolean'].includes(typeof standard)
  const shown = plain ? `\`${standard}\`` : (meaning.standard?.[language] ?? '')
  return ['', `\`${name}\``, shown, meaning[language], '']
    .join(' | ')
    .replaceAll(/ {2,}/g, ' ')
    .trim()
}

if (import.meta.main) {
  for (const path of CONFIGURATION_REFERENCES)
    await Bun.write(path, withReference(path, await Bun.file(path).text()))
}
