/** Holds the import table of ARCHITECTURE.md over src; what it lets pass beside the table is named here. */
import { Glob } from 'bun'
import { cruise } from './cruise.ts'

/** Seen and wanted, each with its reason. One that is no longer needed is an error. */
const EXCEPTIONS: readonly { from: string; to: string; because: string }[] = [
  {
    from: 'src/providers/wire.ts',
    to: 'src/ports/transport.ts',
    because: 'only the type of the request that a translation gives',
  },
  {
    from: 'src/http/refusals.ts',
    to: 'src/ports/logger.ts',
    because: 'only the type of the logger that it is handed',
  },
  {
    from: 'src/adapters/upstream/demo-transport.ts',
    to: 'src/providers/demo.ts',
    because: 'it answers for the demo models, whose words are those of a provider',
  },
  {
    from: 'src/config/values.ts',
    to: 'src/adapters/vault/encryption-key.ts',
    because: 'a pure reader of key texts that the key file shares',
  },
]

const { modules, violations } = cruise()
const problems: string[] = []
const used = new Set<(typeof EXCEPTIONS)[number]>()
for (const { rule, from, to } of violations) {
  const exception = EXCEPTIONS.find((each) => each.from === from && each.to === to)
  if (exception === undefined) problems.push(`${rule}: ${from} → ${to}`)
  else used.add(exception)
}
for (const exception of EXCEPTIONS) {
  if (!used.has(exception))
    problems.push(`the exception ${exception.from} → ${exception.to} is not needed any more`)
}
// It has happened that no file was read, nothing was found and all seemed well.
const read = new Set(modules)
const files = [...new Glob('src/**/*.ts').scanSync('.')]
for (const file of files) if (!read.has(file)) problems.push(`${file} was not read`)
if (files.length === 0) problems.push('there is no source')

for (const problem of problems) console.error(problem)
console.log(`imports: ${files.length} files read, ${problems.length} problems`)
process.exit(problems.length > 0 ? 1 : 0)
