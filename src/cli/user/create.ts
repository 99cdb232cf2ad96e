/** gpt-proxy user create */
import { type Command, Option } from 'commander'
import { userView } from '../../admin/contract.ts'
import type { UserRole } from '../../core/entities.ts'
import { CLI_ACTOR, type CliContext } from '../context.ts'
import { limit, type OutputOptions, quotaTokens, withExamples, withJson } from '../options.ts'
import { printRow } from '../output.ts'
import { withAdmin } from '../with-admin.ts'

export interface UserOptions extends OutputOptions {
  email?: string
  role?: UserRole
  quota?: number
  maxInFlight?: number | 'default'
}

export function addUserCreate(user: Command, context: CliContext): void {
  const create = withUserOptions(
    user
      .command('create <username>')
      .description('create a user; then create a key with: gpt-proxy key create'),
  )
  withExamples(
    create,
    'gpt-proxy user create alice --email alice@example.com',
    'gpt-proxy user create root2 --role admin',
  ).action((username: string, options: UserOptions) =>
    withAdmin(context, async (admin) => {
      const made = await admin.users.create(CLI_ACTOR, { username, ...givenOf(options) })
      printRow(context, userView(made), options)
    }),
  )
}

export function withUserOptions(command: Command): Command {
  const role = new Option(
    '--role <role>',
    'an admin manages the gateway, a viewer can only read',
  ).choices(['admin', 'viewer', 'user'])
  return withJson(command)
    .option('--email <address>', 'email address, shown to other operators')
    .addOption(role)
    .option(
      '--quota <tokens>',
      "tokens per month, or 'none'; default: DEFAULT_MONTHLY_QUOTA_TOKENS",
      quotaTokens,
    )
    .option(
      '--max-in-flight <requests>',
      "concurrent requests over all instances; 'none' for no limit, or 'default'",
      limit,
    )
}

/** Only the given fields: the others keep their value or get their default. */
export function givenOf({ email, role, quota, maxInFlight }: UserOptions) {
  return {
    ...(email !== undefined && { email }),
    ...(role !== undefined && { role }),
    ...(quota !== undefined && { monthlyQuotaTokens: quota }),
    ...(maxInFlight !== undefined && {
      maxInFlight: maxInFlight === 'default' ? null : maxInFlight,
    }),
  }
}
