/** Restarts this process in place if the runtime needs a setting before it starts. */

/** The number of concurrent requests of fetch; the runtime reads it at startup and defaults to 256. */
const MAX_REQUESTS = '65535'
const VARIABLE = 'BUN_CONFIG_MAX_HTTP_REQUESTS'

/** The process keeps its id, so a supervisor notices nothing. Returns if no restart is needed. */
export function ensureRequestCapacity(environment: Record<string, string | undefined>): void {
  if (environment[VARIABLE] !== undefined || process.execve === undefined) return
  const given: Record<string, string> = { [VARIABLE]: MAX_REQUESTS }
  for (const [name, value] of Object.entries(environment))
    if (value !== undefined) given[name] = value
  process.execve(process.execPath, [process.execPath, ...argumentsAgain()], given)
}

/** The beginning of this program's own command line. */
export function ownCommand(): string[] {
  return [process.execPath, ...script()]
}

function argumentsAgain(): string[] {
  return [...script(), ...process.argv.slice(2)]
}

/** A compiled executable contains its script; the plain runtime needs the script's path. */
function script(): string[] {
  const compiled = import.meta.url.includes('$bunfs') || import.meta.url.includes('~BUN')
  const [, path = ''] = process.argv
  return compiled ? [] : [...process.execArgv, path]
}
