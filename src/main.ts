/** Composition root: environment → configuration → adapters → command. */
import { ensureRequestCapacity } from './main/serve/runtime.ts'

// Before all else is loaded: where the process begins again, it would be loaded twice.
if (process.argv[2] === 'serve') ensureRequestCapacity(process.env)
const { runCommand } = await import('./main/commands/command.ts')
await runCommand(process.argv, process.env)
