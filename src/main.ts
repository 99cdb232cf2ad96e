/** Composition root: environment → configuration → adapters → command. */
import { ensureRequestCapacity } from './main/serve/runtime.ts'

// First, because a process that restarts would load everything twice.
if (process.argv[2] === 'serve') ensureRequestCapacity(process.env)
// No top-level await: bytecode (scripts/bundle.ts) needs CommonJS modules, which have none.
void import('./main/commands/command.ts').then(({ runCommand }) =>
  runCommand(process.argv, process.env),
)
