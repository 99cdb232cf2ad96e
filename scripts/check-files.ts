/** Holds the rules about files over the whole project; warnings are shown, errors fail. */
import { Glob } from 'bun'
import { crowdedFolders, type Finding, findingsIn, repeatedNames } from './file-rules.ts'

// Made from the OpenAPI document, one long file.
const GENERATED = 'web/src/api/schema.ts'

const paths = [
  ...new Glob('{src,test,bench,scripts}/**/*.ts').scanSync('.'),
  ...new Glob('web/{src,scripts}/**/*.{ts,tsx}').scanSync('.'),
]
  .filter((path) => path !== GENERATED && !path.includes('node_modules/'))
  .sort()
const texts = new Map<string, string>()
for (const path of paths) texts.set(path, await Bun.file(path).text())
const findings: Finding[] = [
  ...[...texts].flatMap(([path, text]) => findingsIn(path, text)),
  ...crowdedFolders(paths),
  ...repeatedNames(texts),
]
if (!paths.includes('src/main.ts')) {
  findings.push({
    severity: 'error',
    text: 'src/main.ts was not read: is this the project folder?',
  })
}

for (const { severity, text } of findings) console.error(`${severity}: ${text}`)
const errors = findings.filter(({ severity }) => severity === 'error').length
console.log(`files: ${paths.length} read, ${errors} errors, ${findings.length - errors} warnings`)
process.exit(errors > 0 ? 1 : 0)
