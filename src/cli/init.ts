/** gpt-proxy init: the first start without serving. */
import type { Command } from 'commander'
import type { CliContext } from './context.ts'
import { type Output, withExamples, withJson } from './options.ts'
import { printRow } from './output.ts'
import { withAdmin } from './with-admin.ts'

export function addInit(program: Command, context: CliContext): void {
  const init = program
    .command('init')
    .description('make the store, the encryption key and the first users, without serving')
  withExamples(
    withJson(init),
    'gpt-proxy init',
    'DATA_DIR=/var/lib/gpt-proxy gpt-proxy init',
  ).action(({ json }: Output) =>
    withAdmin(context, async (admin) => {
      const { imported, secrets } = await context.prepare(admin)
      const report = { first_start: secrets !== null, upstream_keys_imported: imported }
      printRow(
        context,
        secrets === null ? report : { ...report, ...whereabouts(context, secrets) },
        { json },
      )
    }),
  )
}

/** On a terminal the secrets themselves, once; elsewhere the file that holds them. */
function whereabouts(context: CliContext, secrets: { adminKey: string; proxyKey: string }) {
  if (!process.stdout.isTTY) return { secrets_file: `${context.config().dataDir}/first-start.env` }
  return { admin_key: secrets.adminKey, proxy_key: secrets.proxyKey }
}
