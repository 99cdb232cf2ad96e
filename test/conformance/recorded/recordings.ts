/** Reads the recorded provider exchanges that the gateway must not change. */
import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

export const KINDS = ['chat', 'completions', 'embeddings', 'models'] as const
/** All that are recorded; those beyond KINDS are read by tests of translation. */
type AnyKind = (typeof KINDS)[number] | 'messages' | 'responses' | 'gemini'
const FORMS = ['json', 'sse', 'error'] as const

export interface Recording<Kind extends AnyKind = (typeof KINDS)[number]> {
  id: string
  kind: Kind
  form: (typeof FORMS)[number]
  host: string
  path: string
  status: number
  headers: Record<string, string>
  req: string
  resp: string
}

const PROJECT = resolve(import.meta.dir, '../../..')
const FOLDER = resolve(PROJECT, process.env.RECORDINGS_DIR ?? '../shared/recordings')

/** Null if this machine has none, which is an error with REQUIRE_RECORDINGS=1. */
export function readRecordings(): Recording[] | null {
  return recordingsOf(KINDS)
}

export function recordingsOf<Kind extends AnyKind>(
  kinds: readonly Kind[],
): Recording<Kind>[] | null {
  if (existsSync(FOLDER))
    return kinds.flatMap((kind) => FORMS.flatMap((form) => readFile(kind, form)))
  if (process.env.REQUIRE_RECORDINGS === '1')
    throw new Error(`there are no recordings in ${FOLDER}`)
  console.log(`conformance: ran without the recordings, ${FOLDER} is not there`)
  return null
}

function readFile<Kind extends AnyKind>(kind: Kind, form: Recording['form']): Recording<Kind>[] {
  const file = join(FOLDER, `${kind}.${form}.jsonl`)
  if (!existsSync(file)) return []
  const lines = readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
  return lines.map((line) => ({
    ...(JSON.parse(line) as Omit<Recording<Kind>, 'kind' | 'form'>),
    kind,
    form,
  }))
}

export function requestOf({ req }: Recording): Record<string, unknown> {
  return JSON.parse(req) as Record<string, unknown>
}

export function isAzure({ host }: Recording): boolean {
  return host.endsWith('.azure.com')
}
