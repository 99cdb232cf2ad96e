/** gpt-proxy key … */
import { type Command, InvalidArgumentError } from 'commander'
import type { MintedKey } from '../admin/keys.ts'
import type { ApiKey } from '../core/entities.ts'
import type { CliContext } from './context.ts'
import { printRow, printRows, type Row } from './output.ts'
import { withAdmin } from './with-admin.ts'

interface KeyOptions {
  name?: string
  model?: string[]
  expires?: number
  user?: string
  json?: boolean
}

export function addKeyCommands(program: Command, context: CliContext): void {
  const key = program.command('key').description('proxy keys that clients send')

  key
    .command('create <user>')
    .description('make a key for a user; it is shown once')
    .option('--name <name>', 'what it is for', 'key')
    .option(
      '--model <model>',
      'allow this model only; a * at the end stands for any rest (repeatable)',
      gathered,
    )
    .option('--expires <date>', 'last moment it is valid, e.g. 2027-01-31', moment)
    .option('--json', 'for programs')
    .addHelpText(
      'after',
      "\nExamples:\n  gpt-proxy key create alice --name laptop\n  gpt-proxy key create alice --model 'gpt-4o*' --expires 2027-01-31 --json",
    )
    .action((user: string, options: KeyOptions) =>
      withAdmin(context, async (admin) => {
        const { name = 'key', model = null, expires = null } = options
        printMinted(
          context,
          await admin.keys.create({ user, name, allowedModels: model, expiresAtMs: expires }),
          options.json,
        )
      }),
    )

  key
    .command('list')
    .description('all keys, or those of one user')
    .option('--user <user>')
    .option('--json', 'for programs')
    .addHelpText('after', '\nExample:\n  gpt-proxy key list --user alice')
    .action((options: KeyOptions) =>
      withAdmin(context, async (admin) =>
        printRows(context, (await admin.keys.list(options.user ?? null)).map(rowOf), options.json),
      ),
    )

  key
    .command('revoke <key>')
    .description('refuse a key, named by id or prefix, within a second')
    .option('--json', 'for programs')
    .addHelpText('after', '\nExample:\n  gpt-proxy key revoke 3')
    .action((name: string, options: KeyOptions) =>
      withAdmin(context, async (admin) =>
        printRow(context, rowOf(await admin.keys.revoke(name)), options.json),
      ),
    )

  key
    .command('rotate <key>')
    .description('make a new key with the same rights, and revoke the old one')
    .option('--json', 'for programs')
    .addHelpText('after', '\nExample:\n  gpt-proxy key rotate 3')
    .action((name: string, options: KeyOptions) =>
      withAdmin(context, async (admin) =>
        printMinted(context, await admin.keys.rotate(name), options.json),
      ),
    )
}

/** The key alone on standard output, so that it can be piped; what it is goes to standard error. */
function printMinted(
  context: CliContext,
  { secret, key }: MintedKey,
  json: boolean | undefined,
): void {
  if (json) {
    printRow(context, { key: secret, ...rowOf(key) }, true)
    return
  }
  context.writeOut(`${secret}\n`)
  context.writeError(`key ${key.id} '${key.name}' was made. It is shown only now.\n`)
}

function rowOf(key: ApiKey): Row {
  const { id, userId, name, prefix, status, allowedModels, expiresAtMs } = key
  const expires = expiresAtMs === null ? null : new Date(expiresAtMs).toISOString()
  return {
    id,
    user_id: userId,
    name,
    prefix,
    status,
    models: allowedModels === null ? null : allowedModels.join(','),
    expires,
  }
}

function gathered(value: string, before: string[] | undefined): string[] {
  return [...(before ?? []), value]
}

function moment(text: string): number {
  const at = Date.parse(text)
  if (Number.isNaN(at)) throw new InvalidArgumentError('It must be a date, e.g. 2027-01-31.')
  return at
}
