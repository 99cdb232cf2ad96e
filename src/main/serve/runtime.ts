/** Restarts this process in place where the runtime must be told something before it starts. */

/** fetch runs this many requests at once; the runtime reads it at its start and would allow 256. */
const MAX_REQUESTS = '65535'
const VARIABLE = 'BUN_CONFIG_MAX_HTTP_REQUESTS'

/** The process keeps its id, so a supervisor notices nothing. Returns where nothing had to be done. */
export function ensureRequestCapacity(environment: Record<string, string | undefined>): void {
  if (environment[VARIABLE] !== undefined || process.execve === undefined) return
  const given: Record<string, string> = { [VARIABLE]: MAX_REQUESTS }
  for (const [name, value] of Object.entries(environment))
    if (value !== undefined) given[name] = value
  process.execve(process.execPath, [process.execPath, ...argumentsAgain()], given)
}

/** What a command line of this very program begins with. */
export function ownCommand(): string[] {
  return [process.execPath, ...script()]
}

function argumentsAgain(): string[] {
  return [...script(), ...process.argv.slice(2)]
}

/** A compiled executable carries its script; the runtime itself must be told which one to run. */
function script(): string[] {
  const compiled = import.meta.url.includes('$bunfs') || import.meta.url.includes('~BUN')
  const [, path = ''] = process.argv
  return compiled ? [] : [...process.execArgv, path]
}
