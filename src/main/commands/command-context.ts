/** What commands need of the program around them: the store and files here, or the gateway that --server names. */
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { version } from '../../../package.json'
import type { RemoteGateway } from '../../adapters/remote-admin/client.ts'
import type { CliContext, OpenCommandAdmin } from '../../cli/context.ts'
import type { Environment } from '../../config/environment.ts'
import { settingsOf } from '../../config/settings.ts'
import { type Config, loadConfig } from '../../config.ts'
import { OperatorError } from '../../core/operator-error.ts'
import { asTypedHere } from '../../core/text/command-here.ts'
import { languageFrom } from '../../doctor/text.ts'
import { commandHere } from '../compose/command-here.ts'
import { migrationsOf } from '../compose/configured-store.ts'
import { removeFirstStart } from '../compose/first-start-file.ts'
import { openAdmin, prepareStore } from '../compose/open-admin.ts'
import { ownAddress } from '../compose/own-address.ts'
import { consoleLinkOf } from '../console/console-link.ts'
import { callersFolder } from './callers-folder.ts'
import {
  openRemote,
  remoteChat,
  remoteDoctor,
  remoteGateway,
  remoteSettings,
} from './remote-gateway.ts'
import type { StandardStreams } from './standard-streams.ts'

/** What only some commands need is loaded when they run, so that the server and short commands start sooner. */
export function commandContext(
  environment: Environment,
  { writeOut, writeError: write }: StandardStreams,
): CliContext {
  const config = () => loadConfig(environment)
  const folder = callersFolder(environment.INIT_CWD)
  const named = (file: string) => resolve(folder, file)
  const command = commandHere(environment)
  // These texts are for people; most of them name commands.
  const writeError = (text: string) => write(asTypedHere(text, command))
  const warn = (message: string) => writeError(`note: ${message}\n`)
  /** On the gateway that --server names, or else here. */
  const elsewhere = <T>(there: (gateway: RemoteGateway) => Promise<T>, here: () => Promise<T>) =>
    context.server === null ? here() : there(remoteGateway(context.server, environment))
  const context: CliContext = {
    version,
    command,
    config,
    server: null,
    settings: () =>
      elsewhere(remoteSettings, () => Promise.resolve().then(() => settingsOf(environment))),
    openAdmin: () =>
      elsewhere(
        async (gateway) => openRemote(gateway),
        () => openLocal(config(), warn),
      ),
    openNewStore: () => openAdmin(config(), { warn, ifMissing: 'make it' }),
    prepare: (admin) => prepareStore({ admin, exclusively: admin.exclusively }, config()),
    firstKeysSeen: () => removeFirstStart(config()),
    migrations: () => migrationsOf(config()),
    ...storeCommands({ config, environment, named, warn }),
    async serve() {
      const { runServer } = await import('../serve/serve.ts')
      return runServer(config(), environment)
    },
    async health() {
      const { askHealth, askHealthAt } = await import('./ask-health.ts')
      return context.server === null ? askHealth(config()) : askHealthAt(context.server)
    },
    doctor: (options) =>
      elsewhere(
        (gateway) => remoteDoctor(gateway, options),
        async () => {
          const { examine } = await import('../doctor/doctor.ts')
          return examine(environment, options)
        },
      ),
    language: languageFrom(environment.LC_ALL, environment.LC_MESSAGES, environment.LANG),
    gateway: () =>
      elsewhere(
        async (gateway) => remoteChat(gateway),
        async () => {
          const { chatGateway } = await import('./chat-gateway.ts')
          return chatGateway(config(), environment, warn)
        },
      ),
    secretFromVariable: () => environment.GPT_PROXY_UPSTREAM_KEY,
    writeOut,
    writeError,
    readInput: () => Bun.stdin.text(),
    readFile: (file) => textOf(named(file)),
    isTerminal: process.stdin.isTTY === true,
    terminalWidth: process.stdout.isTTY ? process.stdout.columns : null,
    colours: process.stdout.isTTY === true && !environment.NO_COLOR,
    showsToTerminal: process.stdout.isTTY === true,
  }
  return context
}

interface Here {
  config(): Config
  environment: Environment
  /** The path of a file that a command names. */
  named(file: string): string
  warn(message: string): void
}

type StoreCommands = Pick<CliContext, 'copyStore' | 'importPredecessor' | 'backup' | 'restore'>

function storeCommands({ config, environment, named, warn }: Here): StoreCommands {
  return {
    async copyStore() {
      const { copyStore } = await import('./copy-store.ts')
      return copyStore(config())
    },
    async importPredecessor(input) {
      const { importPredecessor } = await import('./import-predecessor.ts')
      return importPredecessor(config(), input, { environment, named, warn })
    },
    async backup(file, withKey) {
      const { backup } = await import('./backup.ts')
      return backup(config(), named(file), withKey)
    },
    async restore(file, options) {
      const { restore } = await import('./restore.ts')
      return restore(config(), named(file), options)
    },
  }
}

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code ?? String(error)
    throw new OperatorError(
      'invalid',
      `${file} can't be read: ${why}`,
      'Name a file, or - for standard input.',
    )
  }
}

async function openLocal(
  config: Config,
  warn: (message: string) => void,
): Promise<OpenCommandAdmin> {
  const { publicUrl, adminListen, host, port } = config
  const own = adminListen ?? { host, port }
  const url = (adminListen === null ? publicUrl : null) ?? ownAddress(own.host, own.port)
  const admin = await openAdmin(config, { warn, ifMissing: 'refuse' })
  return {
    ...admin,
    async consoleLink(actor, user) {
      const { token, expiresAtMs } = await admin.identity.createLink(actor, user)
      return { link: consoleLinkOf(url, token), expiresAtMs }
    },
  }
}
