/** Runs one command and turns any failure into one line and an exit code. */
import { CommanderError } from 'commander'
import { SignInRefusal } from '../../admin/identity/refusal.ts'
import type { CliContext } from '../../cli/context.ts'
import { EXIT_CODE_OF_KIND, EXIT_CODES } from '../../cli/exit-codes.ts'
import { buildProgram } from '../../cli/program.ts'
import { wording } from '../../cli/texts/error-texts.ts'
import type { Environment } from '../../config/environment.ts'
import { OperatorError } from '../../core/operator-error.ts'
import { commandContext } from './command-context.ts'
import { OutputLost, standardStreams } from './standard-streams.ts'

export async function runCommand(argv: readonly string[], environment: Environment): Promise<void> {
  const code = await execute(commandContext(environment, standardStreams()), argv)
  if (code !== null) process.exitCode = code
}

/** The exit code of a failure; null if the command has set its own, or has none. */
export async function execute(
  context: CliContext,
  argv: readonly string[],
): Promise<number | null> {
  try {
    await buildProgram(context).parseAsync([...argv])
    return null
  } catch (error) {
    return error instanceof OutputLost ? null : explain(context, error)
  }
}

function explain(context: CliContext, error: unknown): number {
  if (error instanceof CommanderError)
    return error.exitCode === 0 ? EXIT_CODES.ok : EXIT_CODES.usage
  const line = (message: string, remedy: string) =>
    context.writeError(`error: ${joined(ended(message), ended(capital(remedy)))}\n`)
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

/** Chinese puts no space after a full stop. */
function joined(first: string, second: string): string {
  return first.endsWith('。') ? first + second : `${first} ${second}`
}

function ended(text: string): string {
  if (/[.?!。？！]$/.test(text)) return text
  return /[\p{Script=Han}）”]/u.test(text) ? `${text}。` : `${text}.`
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
