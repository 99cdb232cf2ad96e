/** gpt-proxy key create */
import type { Command } from 'commander'
import type { MintedKeyRow } from '../../admin/command-admin.ts'
import { keyView } from '../../admin/contract.ts'
import { CLI_ACTOR, type CliContext } from '../context.ts'
import { expiry, gathered, type OutputOptions, withExamples, withJson } from '../options.ts'
import { printRow } from '../output.ts'
import { withAdmin } from '../with-admin.ts'
import { type LimitOptions, limitPatch, withLimits } from './limit.ts'

interface KeyOptions extends OutputOptions, LimitOptions {
  name: string
  model?: string[]
  expires?: number | 'never'
}

export function addKeyCreate(key: Command, context: CliContext): void {
  const create = withJson(
    key.command('create <user>').description('create a key for a user; it is shown once'),
  )
    .option('--name <name>', 'name of the key, e.g. its purpose', 'key')
    .option(
      '--model <model>',
      'allow only this model; a trailing * matches any suffix (repeatable)',
      gathered,
    )
    .option('--expires <when>', "expiry: a date, a duration, e.g. 30d, or 'never'", expiry)
  withExamples(
    withLimits(create),
    'gpt-proxy key create alice --name laptop',
    "gpt-proxy key create alice --model 'gpt-4o*' --expires 2027-01-31 --json",
    'gpt-proxy key create alice --rpm 60 --tpm 100000',
    'KEY=$(gpt-proxy key create alice --expires 30d)',
  ).action((user: string, { name, model, expires, json, ...limits }: KeyOptions) =>
    withAdmin(context, async (admin) => {
      const expiresAtMs = typeof expires === 'number' ? expires : null
      const rights = { allowedModels: model ?? null, expiresAtMs }
      const input = { user, name, ...rights, ...limitPatch(limits) }
      printMinted(context, await admin.keys.create(CLI_ACTOR, input), json)
    }),
  )
}

/** Only the key goes to standard output, so that it can be piped; its description goes to standard error. */
export function printMinted(
  context: CliContext,
  { secret, key }: MintedKeyRow,
  json: boolean | undefined,
): void {
  if (json) {
    printRow(context, { key: secret, ...keyView(key) }, { json })
    return
  }
  context.writeOut(`${secret}\n`)
  context.writeError(`key ${key.id} '${key.name}' was made; it is shown only now\n`)
}
