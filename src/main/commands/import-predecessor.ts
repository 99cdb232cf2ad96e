/** `migrate import`: the predecessor's database into the store. */
import { readFileSync } from 'node:fs'
import { readPredecessor } from '../../adapters/sql/predecessor/read-predecessor.ts'
import { withSource } from '../../adapters/sql/predecessor/source.ts'
import { holdProcessLock } from '../../adapters/sql/sqlite/process-lock.ts'
import { fernetKeys, openFernet } from '../../adapters/vault/fernet.ts'
import type { PredecessorImport } from '../../admin/predecessor/import.ts'
import { CLI_ACTOR, type PredecessorInput } from '../../cli/context.ts'
import type { Environment } from '../../config/environment.ts'
import type { Config } from '../../config.ts'
import { OperatorError } from '../../core/operator-error.ts'
import { type DatabaseAddress, readDatabaseUrl } from '../../core/text/database-address.ts'
import { sha256Hex } from '../compose/digest.ts'
import { openAdmin } from '../compose/open-admin.ts'

interface Surroundings {
  environment: Environment
  /** The path of a file that the caller named. */
  named(file: string): string
  warn(message: string): void
}

const SOURCE_VARIABLE = 'GPT_PROXY_OLD_DATABASE'
const KEY_VARIABLE = 'GPT_PROXY_OLD_ENCRYPTION_KEY'

export async function importPredecessor(
  config: Config,
  { source, keyFile, leaveOut }: PredecessorInput,
  { environment, named, warn }: Surroundings,
): Promise<PredecessorImport> {
  const from = sourceOf(source || environment[SOURCE_VARIABLE] || '', named)
  const key = keyFile === null ? environment[KEY_VARIABLE] : keyIn(named(keyFile))
  const keys = key ? fernetKeys(key) : []
  const admin = await openAdmin(config, { warn, ifMissing: 'refuse' })
  // A server would wait for the file until all is imported.
  const release = config.database === null ? holdProcessLock(config.dataDir) : () => {}
  try {
    return await withSource(from, async (open) => {
      const openSecret = (token: string) => openFernet(token, keys)
      const old = await readPredecessor(open, { sha256Hex, openSecret })
      return admin.importPredecessor(CLI_ACTOR, old, { leaveOut })
    })
  } finally {
    release()
    await admin.close()
  }
}

/** As SQLAlchemy writes it: `sqlite:///relative.db`, `sqlite:////absolute.db`. */
const SQLITE_URL = /^sqlite(?:\+\w+)?:\/\/\//

function sourceOf(text: string, named: Surroundings['named']): string | DatabaseAddress {
  if (text === '')
    throw new OperatorError(
      'invalid',
      'no database to import from was given',
      `Name its SQLite file or its PostgreSQL URL, or set ${SOURCE_VARIABLE}`,
    )
  if (!/^postgres/i.test(text)) return named(text.replace(SQLITE_URL, ''))
  const read = readDatabaseUrl(text)
  if (read.ok) return read.address
  throw new OperatorError(
    'invalid',
    `the PostgreSQL URL can't be used: ${read.reason}`,
    'Give one such as postgresql://gpt_proxy:PASSWORD@127.0.0.1/gpt_proxy',
  )
}

/** The key alone, or the predecessor's `.env` file. */
function keyIn(file: string): string {
  try {
    const text = readFileSync(file, 'utf8')
    const line = /^(?:export )?(?:ENCRYPTION_KEY|FERNET_KEY)=(["']?)(.*)\1\s*$/m.exec(text)
    return line?.[2] ?? text.trim()
  } catch (error) {
    throw new OperatorError(
      'invalid',
      `the key file ${file} can't be read (${(error as { code?: string }).code ?? 'unknown'})`,
      `Name a file with the predecessor's ENCRYPTION_KEY, or set ${KEY_VARIABLE}`,
    )
  }
}
