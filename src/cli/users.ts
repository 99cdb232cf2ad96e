/** gpt-proxy user … */
import { type Command, InvalidArgumentError, Option } from 'commander'
import type { User, UserRole } from '../core/entities.ts'
import type { CliContext } from './context.ts'
import { printRow, printRows, type Row } from './output.ts'
import { withAdmin } from './with-admin.ts'

interface UserOptions {
  email?: string
  role?: UserRole
  quota?: number | null
  json?: boolean
}

export function addUserCommands(program: Command, context: CliContext): void {
  const user = program.command('user').description('users who hold proxy keys')
  const role = () => new Option('--role <role>', 'what the user may do').choices(['admin', 'user'])

  user
    .command('create <username>')
    .description('make a user; give it a key with: gpt-proxy key create <username>')
    .option('--email <address>')
    .addOption(role())
    .option('--quota <tokens>', "tokens a month, or 'none'", quota)
    .option('--json', 'for programs')
    .addHelpText(
      'after',
      '\nExamples:\n  gpt-proxy user create alice --email alice@example.com\n  gpt-proxy user create root2 --role admin',
    )
    .action((username: string, options: UserOptions) =>
      withAdmin(context, async (admin) => {
        const { email, role, quota: monthlyQuotaTokens } = options
        const made = await admin.users.create({
          username,
          ...(email === undefined ? {} : { email }),
          ...(role === undefined ? {} : { role }),
          ...(monthlyQuotaTokens === undefined ? {} : { monthlyQuotaTokens }),
        })
        printRow(context, rowOf(made), options.json)
      }),
    )

  user
    .command('list')
    .description('all users')
    .option('--json', 'for programs')
    .addHelpText('after', '\nExample:\n  gpt-proxy user list --json')
    .action((options: UserOptions) =>
      withAdmin(context, async (admin) =>
        printRows(context, (await admin.users.list()).map(rowOf), options.json),
      ),
    )

  user
    .command('update <user>')
    .description('change a user, named by name or id')
    .option('--email <address>')
    .addOption(role())
    .option('--quota <tokens>', "tokens a month, or 'none'", quota)
    .option('--enable', 'let it in again')
    .option('--json', 'for programs')
    .addHelpText(
      'after',
      '\nExamples:\n  gpt-proxy user update alice --quota 10000000\n  gpt-proxy user update alice --enable',
    )
    .action((name: string, options: UserOptions & { enable?: boolean }) =>
      withAdmin(context, async (admin) => {
        const { email, role, quota: monthlyQuotaTokens, enable } = options
        const changed = await admin.users.update(name, {
          ...(email === undefined ? {} : { email }),
          ...(role === undefined ? {} : { role }),
          ...(monthlyQuotaTokens === undefined ? {} : { monthlyQuotaTokens }),
          ...(enable ? { status: 'active' as const } : {}),
        })
        printRow(context, rowOf(changed), options.json)
      }),
    )

  user
    .command('disable <user>')
    .description('refuse all keys of a user, within a second')
    .option('--json', 'for programs')
    .addHelpText('after', '\nExample:\n  gpt-proxy user disable alice')
    .action((name: string, options: UserOptions) =>
      withAdmin(context, async (admin) =>
        printRow(
          context,
          rowOf(await admin.users.update(name, { status: 'disabled' })),
          options.json,
        ),
      ),
    )
}

function rowOf(user: User): Row {
  const { id, username, email, role, status, monthlyQuotaTokens } = user
  return { id, username, email, role, status, monthly_quota_tokens: monthlyQuotaTokens }
}

function quota(text: string): number | null {
  if (text === 'none') return null
  const tokens = Number(text)
  if (!Number.isSafeInteger(tokens) || tokens < 1)
    throw new InvalidArgumentError("It must be a whole number of tokens, or 'none'.")
  return tokens
}
