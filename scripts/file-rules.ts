/**
 * The rules about single files (length, an opening sentence, who reads the environment, types of the configuration), about
 * folders (size) and about names (one exported type or value for each).
 */

const MAX_LINES = 300
const LINES_TO_JUSTIFY = 250
const ENVIRONMENT_READERS = ['src/main.ts', 'src/config.ts']
const READS_ENVIRONMENT = [
  /\b(process|Bun|import\.meta)\s*(\.\s*env\b|\[\s*['"`]env)/,
  /\{[^{}]*\benv\b[^{}]*\}\s*(=\s*(process|Bun)\b|from\s*['"](node:)?process['"])/,
]

export interface Finding {
  severity: 'error' | 'warning'
  text: string
}

export function findingsIn(path: string, text: string): Finding[] {
  const findings: Finding[] = []
  const note = (severity: Finding['severity'], what: string) =>
    findings.push({ severity, text: `${path}: ${what}` })
  const lines = text.split('\n').length - 1
  if (lines > MAX_LINES) note('error', `${lines} lines, more than ${MAX_LINES}`)
  else if (lines > LINES_TO_JUSTIFY) note('warning', `${lines} lines; can it be divided?`)
  if (!/^\/\*\*\s+(\*\s+)?[^\s*]/.test(text)) note('error', 'does not open with what it is for')
  if (!path.startsWith('src/')) return findings
  const reads = READS_ENVIRONMENT.some((pattern) => pattern.test(text))
  if (reads && !ENVIRONMENT_READERS.includes(path)) note('error', 'reads the environment')
  // The import table can't see this: to it a type is an import like any other.
  if (path.startsWith('src/cli/') && /^import (?!type )[^'"]*['"][./]+config\.ts['"]/m.test(text))
    note('error', 'takes more than a type from the configuration')
  return findings
}

const MAX_FILES = 20

/** `paths`: all source files. A unit test belongs to the file next to it and is not counted. */
export function crowdedFolders(paths: readonly string[]): Finding[] {
  const counted = paths.filter((path) => !/^(src|scripts|web\/src)\/.*\.test\.tsx?$/.test(path))
  const folders = Map.groupBy(counted, (path) => path.slice(0, path.lastIndexOf('/')))
  return [...folders]
    .filter(([, files]) => files.length > MAX_FILES)
    .map(([folder, files]) => ({
      severity: 'error',
      text: `${folder}: ${files.length} files, more than ${MAX_FILES}; divide it by subject`,
    }))
}

const EXPORTED_TYPE = /^export (?:abstract )?(?:class|interface|type|enum) (\w+)/gm
const EXPORTED_VALUE = /^export (?:async )?(?:function\*?|const|let) (\w+)/gm
/** Folders whose files implement one interface: each has its own `readRequest`. */
const IMPLEMENTATION =
  /^src\/(?:protocols\/(?:openai|responses|anthropic|gemini|converse)|providers)\//

/**
 * `texts`: the source files by path. Two exports of one name are mistaken for each other in an import or in a search,
 * unless they are the same step for different wire formats.
 */
export function repeatedNames(texts: ReadonlyMap<string, string>): Finding[] {
  const sources = [...texts].filter(
    ([path]) => path.startsWith('src/') && !path.endsWith('.test.ts'),
  )
  return [
    ...repeated('a type', exportsOf(sources, EXPORTED_TYPE)),
    ...repeated('a value', exportsOf(sources, EXPORTED_VALUE), IMPLEMENTATION),
  ]
}

interface Export {
  name: string
  path: string
}

function exportsOf(sources: readonly [string, string][], pattern: RegExp): Export[] {
  return sources.flatMap(([path, text]) =>
    [...text.matchAll(pattern)].map(([, name = '']) => ({ name, path })),
  )
}

function repeated(what: string, exported: readonly Export[], implementation?: RegExp): Finding[] {
  return [...Map.groupBy(exported, ({ name }) => name)]
    .filter(([, places]) => places.length > 1 && !areImplementations(places, implementation))
    .map(([name, places]) => ({
      severity: 'error',
      text: `${places.map(({ path }) => path).join(', ')}: each exports ${what} '${name}'; rename all but one`,
    }))
}

/** Whether each of them is in the folder of another implementation. */
function areImplementations(places: readonly Export[], implementation?: RegExp): boolean {
  const folders = places.map(({ path }) => implementation?.exec(path)?.[0])
  return !folders.includes(undefined) && new Set(folders).size === places.length
}
