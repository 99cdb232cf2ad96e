/** Holds the rules about files: length, an opening sentence, and who reads the environment. */
import { Glob } from 'bun'

const MOST_LINES = 400
const ENVIRONMENT_READERS = ['src/main.ts', 'src/config.ts']
const problems: string[] = []

for (const path of new Glob('{src,test,bench,scripts}/**/*.ts').scanSync('.')) {
  const text = await Bun.file(path).text()
  const lines = text.split('\n').length - 1
  if (lines > MOST_LINES) problems.push(`${path}: ${lines} lines, more than ${MOST_LINES}`)
  if (!path.startsWith('src/')) continue
  if (!text.startsWith('/**'))
    problems.push(`${path}: does not open with a sentence on what it is for`)
  const readsEnvironment = /\b(process|Bun)\.env\b/.test(text)
  if (readsEnvironment && !ENVIRONMENT_READERS.includes(path))
    problems.push(`${path}: reads the environment`)
}

for (const problem of problems) console.error(problem)
console.log(`files: ${problems.length} problems`)
process.exit(problems.length > 0 ? 1 : 0)
