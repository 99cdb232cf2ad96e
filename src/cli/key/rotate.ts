/** gpt-proxy key rotate */
import type { Command } from 'commander'
import { CLI_ACTOR, type CliContext } from '../context.ts'
import { type Output, withExamples, withJson } from '../options.ts'
import { withAdmin } from '../with-admin.ts'
import { printMinted } from './create.ts'

export function addKeyRotate(key: Command, context: CliContext): void {
  const rotate = key
    .command('rotate <key>')
    .description('make a new key with the same rights, and revoke the old one')
  withExamples(withJson(rotate), 'gpt-proxy key rotate 3').action(
    (name: string, { json }: Output) =>
      withAdmin(context, async (admin) =>
        printMinted(context, await admin.keys.rotate(CLI_ACTOR, name), json),
      ),
  )
}
