/** gpt-proxy init: the first start without serving. */
import type { Command } from 'commander'
import type { CliContext, FirstKeys } from './context.ts'
import { type OutputOptions, withExamples, withJson } from './options.ts'
import { printRow } from './output.ts'

export function addInit(program: Command, context: CliContext): void {
  const init = program
    .command('init')
    .description('create the store, the encryption key and the first users, without serving')
  withExamples(
    withJson(init),
    'gpt-proxy init',
    'DATA_DIR=/var/lib/gpt-proxy gpt-proxy init',
  ).action(async ({ json }: OutputOptions) => {
    const admin = await context.openNewStore()
    try {
      const { imported, isFirst, unseenKeys } = await context.prepare(admin)
      const keys = unseenKeys === null ? {} : whereabouts(context, unseenKeys)
      const row = { first_start: isFirst, upstream_keys_imported: imported, ...keys }
      printRow(context, row, { json })
      if (context.showsToTerminal) context.firstKeysSeen()
    } finally {
      await admin.close()
    }
  })
}

/** On a terminal the secrets themselves, once; otherwise the path of their file. */
function whereabouts(context: CliContext, { adminKey, proxyKey, file }: FirstKeys) {
  return context.showsToTerminal
    ? { admin_key: adminKey, proxy_key: proxyKey }
    : { secrets_file: file }
}
