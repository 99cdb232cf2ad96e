/** The command line: every command on one screen. */
import { Command } from 'commander'
import { redact } from '../core/redact.ts'
import { asTypedHere } from '../core/text/command-here.ts'
import { addAudit } from './audit.ts'
import { addBackup } from './backup.ts'
import { addChat } from './chat.ts'
import { addConfigShow } from './config/show.ts'
import { addConsole } from './console.ts'
import type { CliContext } from './context.ts'
import { addDoctor } from './doctor.ts'
import { addEncryptionRotate } from './encryption/rotate.ts'
import { addEncryptionStatus } from './encryption/status.ts'
import { EXIT_CODE_HELP, EXIT_CODE_HELP_ZH } from './exit-codes.ts'
import { addInit } from './init.ts'
import { addKeyCreate } from './key/create.ts'
import { addKeyLimit } from './key/limit.ts'
import { addKeyList } from './key/list.ts'
import { addKeyRevoke } from './key/revoke.ts'
import { addKeyRotate } from './key/rotate.ts'
import { addKeyShow } from './key/show.ts'
import { addKeyUpdate } from './key/update.ts'
import { addMigrateCopy } from './migrate/copy.ts'
import { addMigrateImport } from './migrate/import.ts'
import { addMigrateStatus } from './migrate/status.ts'
import { addMigrateUp } from './migrate/up.ts'
import { addModelApply } from './model/apply.ts'
import { addModelDelete, addModelList, addModelSet, addModelShow } from './model/commands.ts'
import { refuseEmptyValues, withExamples } from './options.ts'
import { addPriceImport } from './price/import.ts'
import { addPriceList } from './price/list.ts'
import { addPriceSet } from './price/set.ts'
import { addPriceUnset } from './price/unset.ts'
import { addQuotaReconcile } from './quota/reconcile.ts'
import { addQuotaReset } from './quota/reset.ts'
import { addQuotaSet } from './quota/set.ts'
import { addQuotaShow } from './quota/show.ts'
import { addRestore } from './restore.ts'
import { addRouteExplain } from './route-explain.ts'
import { addHealth } from './server/health.ts'
import { addServe } from './server/serve.ts'
import { withServerOption } from './server/server-option.ts'
import { setHelpLanguage, withTitles } from './texts/help-language.ts'
import { usageErrorInChinese } from './texts/usage-errors-zh.ts'
import { addUpstreamAdd } from './upstream/add.ts'
import { addUpstreamImport } from './upstream/import.ts'
import { addUpstreamList } from './upstream/list.ts'
import {
  addUpstreamDisable,
  addUpstreamEnable,
  addUpstreamRemove,
  addUpstreamReset,
} from './upstream/state.ts'
import { addUpstreamTest } from './upstream/test.ts'
import { addUpstreamUpdate } from './upstream/update.ts'
import { addUsageCommand } from './usage.ts'
import { addUserCreate } from './user/create.ts'
import { addUserDelete } from './user/delete.ts'
import { addUserDisable } from './user/disable.ts'
import { addUserList } from './user/list.ts'
import { addUserPassword } from './user/password.ts'
import { addUserRename } from './user/rename.ts'
import { addUserUpdate } from './user/update.ts'

type AddCommand = (parent: Command, context: CliContext) => void

const TOP: readonly AddCommand[] = [
  addServe,
  addHealth,
  addDoctor,
  addInit,
  addUsageCommand,
  addAudit,
  addChat,
  addConsole,
  addBackup,
  addRestore,
]
const GROUPS: readonly [
  name: string,
  about: string,
  example: string,
  commands: readonly AddCommand[],
][] = [
  [
    'user',
    'users who hold proxy keys',
    'gpt-proxy user create alice',
    [
      addUserCreate,
      addUserList,
      addUserUpdate,
      addUserRename,
      addUserDisable,
      addUserDelete,
      addUserPassword,
    ],
  ],
  [
    'key',
    'proxy keys that clients send',
    'gpt-proxy key create alice --name laptop',
    [addKeyCreate, addKeyList, addKeyShow, addKeyUpdate, addKeyLimit, addKeyRevoke, addKeyRotate],
  ],
  [
    'upstream',
    'provider API keys',
    'gpt-proxy upstream add main < key.txt',
    [
      addUpstreamAdd,
      addUpstreamImport,
      addUpstreamList,
      addUpstreamUpdate,
      addUpstreamTest,
      addUpstreamReset,
      addUpstreamEnable,
      addUpstreamDisable,
      addUpstreamRemove,
    ],
  ],
  [
    'model',
    'public model names and their targets',
    "gpt-proxy model set fast --target 'gpt-4o-mini@openai*' --target haiku@backup",
    [addModelSet, addModelApply, addModelList, addModelShow, addModelDelete],
  ],
  ['route', 'where a request would be routed', 'gpt-proxy route explain gpt-4o', [addRouteExplain]],
  [
    'quota',
    'monthly token quotas of users',
    'gpt-proxy quota show',
    [addQuotaShow, addQuotaSet, addQuotaReset, addQuotaReconcile],
  ],
  [
    'price',
    'your own model prices',
    'gpt-proxy price set llama3 --input 0.10 --output 0.40',
    [addPriceList, addPriceSet, addPriceImport, addPriceUnset],
  ],
  ['config', 'the configuration', 'gpt-proxy config show', [addConfigShow]],
  [
    'migrate',
    "the store's schema",
    'gpt-proxy migrate status',
    [addMigrateUp, addMigrateStatus, addMigrateCopy, addMigrateImport],
  ],
  [
    'encryption',
    'the key that encrypts stored secrets',
    'gpt-proxy encryption status',
    [addEncryptionStatus, addEncryptionRotate],
  ],
]

export function buildProgram(context: CliContext): Command {
  const isChinese = context.language === 'zh'
  const program = new Command('gpt-proxy')
    .description('One OpenAI-compatible address in front of all your model keys.')
    .configureOutput({
      writeOut: (text) =>
        context.writeOut(asTypedHere(withTitles(text, context.language), context.command)),
      writeErr: context.writeError,
      // commander repeats an unknown word, which may be a key.
      outputError: (text, write) => write(redact(isChinese ? usageErrorInChinese(text) : text, [])),
    })
    .version(context.version, '--version', 'the version of this program')
    .showHelpAfterError(isChinese ? '（见 --help）' : '(see --help)')
    .hook('preAction', (_, command) => refuseEmptyValues(command))
    .exitOverride()
  withServerOption(program, context)
  withExamples(
    program.addHelpText('after', `\n${isChinese ? EXIT_CODE_HELP_ZH : EXIT_CODE_HELP}`),
    'gpt-proxy serve',
    'gpt-proxy upstream add main < key.txt',
    'gpt-proxy chat demo/echo Hello',
    'GPT_PROXY_ADMIN_KEY=$KEY gpt-proxy --server https://gateway.example.com user list',
  )
  for (const add of TOP) add(program, context)
  for (const [name, about, example, commands] of GROUPS) {
    const group = withExamples(program.command(name).description(about), example)
    for (const add of commands) add(group, context)
  }
  setHelpLanguage(program, context.language)
  return program
}
