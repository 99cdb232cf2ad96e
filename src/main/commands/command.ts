/** Runs one command and turns any failure into one line and an exit code. */
import { resolve } from 'node:path'
import { CommanderError } from 'commander'
import { version } from '../../../package.json'
import { SignInRefusal } from '../../admin/identity/refusal.ts'
import type { CliContext } from '../../cli/context.ts'
import { EXIT_CODE_OF_KIND, EXIT_CODES } from '../../cli/exit-codes.ts'
import { buildProgram } from '../../cli/program.ts'
import { wording } from '../../cli/texts/error-texts.ts'
import { settingsOf } from '../../config/settings.ts'
import { loadConfig } from '../../config.ts'
import { OperatorError } from '../../core/operator-error.ts'
import { asTypedHere } from '../../core/text/command-here.ts'
import { languageOf } from '../../doctor/text.ts'
import { commandHere } from '../compose/command-here.ts'
import { migrationsOf } from '../compose/configured-store.ts'
import { removeFirstStart } from '../compose/first-start-file.ts'
import { openAdmin, prepare } from '../compose/open-admin.ts'
import { ownAddress } from '../compose/own-address.ts'
import { consoleLinkOf } from '../console/console-link.ts'
import { examine } from '../doctor/doctor.ts'
import { type Environment, runServer } from '../serve/serve.ts'
import { askHealth } from './ask-health.ts'
import { backup } from './backup.ts'
import { callersFolder } from './callers-folder.ts'
import { chatGateway } from './chat-gateway.ts'
import { copyStore } from './copy-store.ts'
import { importPredecessor } from './import-predecessor.ts'
import { restore } from './restore.ts'
import { OutputLost, standardStreams } from './standard-streams.ts'

export async function runCommand(argv: readonly string[], environment: Environment): Promise<void> {
  const context = contextOf(environment)
  try {
    await buildProgram(context).parseAsync([...argv])
  } catch (error) {
    if (!(error instanceof OutputLost)) process.exitCode = explain(context, error)
  }
}

function contextOf(environment: Environment): CliContext {
  const config = () => loadConfig(environment)
  const folder = callersFolder(environment.INIT_CWD)
  const named = (file: string) => resolve(folder, file)
  const command = commandHere(environment)
  const { writeOut, writeError: write } = standardStreams()
  // All that is written here is for people; most of it names commands.
  const writeError = (text: string) => write(asTypedHere(text, command))
  const warn = (message: string) => writeError(`note: ${message}\n`)
  return {
    version,
    command,
    consoleLink(token) {
      const { publicUrl, adminListen, host, port } = config()
      const own = adminListen ?? { host, port }
      const url = adminListen === null ? publicUrl : null
      return consoleLinkOf(url ?? ownAddress(own.host, own.port), token)
    },
    config,
    settings: () => settingsOf(environment),
    openAdmin: (ifMissing = 'refuse') => openAdmin(config(), { warn, ifMissing }),
    prepare: (admin) => prepare({ admin, exclusively: admin.exclusively }, config()),
    firstKeysSeen: () => removeFirstStart(config()),
    migrations: () => migrationsOf(config()),
    copyStore: () => copyStore(config()),
    importPredecessor: (wish) => importPredecessor(config(), wish, { environment, named, warn }),
    backup: (file, withKey) => backup(config(), named(file), withKey),
    restore: (file, options) => restore(config(), named(file), options),
    serve: () => runServer(config(), environment),
    health: () => askHealth(config()),
    doctor: (options) => examine(environment, options),
    language: languageOf(environment.LC_ALL, environment.LC_MESSAGES, environment.LANG),
    gateway: () => chatGateway(config(), environment, warn),
    secretFromVariable: () => environment.GPT_PROXY_UPSTREAM_KEY,
    writeOut,
    writeError,
    readInput: () => Bun.stdin.text(),
    isTerminal: process.stdin.isTTY === true,
    terminalWidth: process.stdout.isTTY ? process.stdout.columns : null,
    colours: process.stdout.isTTY === true && !environment.NO_COLOR,
    showsToTerminal: process.stdout.isTTY === true,
  }
}

function explain(context: CliContext, error: unknown): number {
  if (error instanceof CommanderError)
    return error.exitCode === 0 ? EXIT_CODES.ok : EXIT_CODES.usage
  const line = (message: string, remedy: string) =>
    context.writeError(`error: ${ended(message)} ${ended(capital(remedy))}\n`)
  if (error instanceof SignInRefusal) {
    line(error.message, 'Try again')
    return EXIT_CODE_OF_KIND.invalid
  }
  if (error instanceof OperatorError) {
    const { message, remedy } = wording(error, context.language)
    line(message, remedy)
    return EXIT_CODE_OF_KIND[error.kind]
  }
  line(
    error instanceof Error ? error.message : String(error),
    'This is unexpected; run again with LOG_LEVEL=debug and report it.',
  )
  if (context.config().logLevel === 'debug' && error instanceof Error)
    context.writeError(`${error.stack}\n`)
  return EXIT_CODES.failed
}

function ended(text: string): string {
  return /[.?!]$/.test(text) ? text : `${text}.`
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
