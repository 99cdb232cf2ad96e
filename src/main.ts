/** Composition root: environment → configuration → adapters → command. */
import { runCommand } from './main/command.ts'
import { ensureRequestCapacity } from './main/runtime.ts'

const command = process.argv[2]
if (command === 'serve') ensureRequestCapacity(process.env)
await runCommand(process.argv, process.env)
