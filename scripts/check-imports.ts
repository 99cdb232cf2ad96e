/** Holds the import table of ARCHITECTURE.md over src, but for the exceptions that are named. */
import { Glob } from 'bun'
import { cruise } from './cruise.ts'
import { IMPORT_EXCEPTIONS } from './import-exceptions.ts'

const { modules, violations } = cruise()
const problems: string[] = []
const used = new Set<(typeof IMPORT_EXCEPTIONS)[number]>()
for (const { rule, from, to } of violations) {
  const exception = IMPORT_EXCEPTIONS.find((each) => each.from === from && each.to === to)
  if (exception === undefined) problems.push(`${rule}: ${from} → ${to}`)
  else used.add(exception)
}
for (const exception of IMPORT_EXCEPTIONS) {
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
