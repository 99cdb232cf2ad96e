/** gpt-proxy key list */
import { type Command, InvalidArgumentError } from 'commander'
import { keyView } from '../../admin/contract.ts'
import { MAX_KEY_DAYS } from '../../admin/keys/keys.ts'
import { allPages } from '../../admin/pages.ts'
import type { CliContext } from '../context.ts'
import { explainMalformed, withMalformed } from '../malformed.ts'
import { type OutputOptions, withExamples, withTable } from '../options.ts'
import { printRows } from '../output.ts'
import { withAdmin } from '../with-admin.ts'

const COLUMNS = [
  'id',
  'user',
  'name',
  'prefix',
  'status',
  'rpm',
  'tpm',
  'allowed_models',
  'expires_at',
]

interface ListOptions extends OutputOptions {
  user?: string
  expiresWithin?: number
  unused?: number
}

function days(text: string): number {
  if (/^[1-9]\d{0,3}$/.test(text) && Number(text) <= MAX_KEY_DAYS) return Number(text)
  throw new InvalidArgumentError(`It must be a whole number from 1 to ${MAX_KEY_DAYS}.`)
}

export function addKeyList(key: Command, context: CliContext): void {
  const list = withTable(key.command('list').description('all keys, or those of one user'))
    .option('--user <user>', 'a user, by name or id')
    .option('--expires-within <days>', 'only active keys that expire within this many days', days)
    .option('--unused <days>', 'only keys that were not used for this many days', days)
  withExamples(
    list,
    'gpt-proxy key list',
    'gpt-proxy key list --user alice --json',
    'gpt-proxy key list --expires-within 7',
  ).action(({ user, expiresWithin, unused, json, wide }: ListOptions) =>
    withAdmin(context, async (admin) => {
      const { items, malformed } = await allPages((page) =>
        admin.keys.list({
          ...page,
          user: user ?? null,
          expiresWithinDays: expiresWithin ?? null,
          unusedDays: unused ?? null,
        }),
      )
      const users = await allPages((page) => admin.users.list(page))
      const names = new Map(users.items.map(({ id, username }) => [id, username]))
      const rows = items.map((each) => ({
        ...keyView(each),
        user: names.get(each.userId) ?? null,
      }))
      printRows(context, withMalformed(rows, malformed), { json, wide, columns: COLUMNS })
      explainMalformed(context, malformed)
    }),
  )
}
