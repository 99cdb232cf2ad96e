/** `bun web/scripts/check-messages.ts [--list]`: fails where a message is not translated; `--list` prints them as JSON. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { catalogueProblems, messagesOf } from './messages.ts'

const source = fileURLToPath(new URL('../src', import.meta.url))
const translations = JSON.parse(readFileSync(`${source}/locales/zh.json`, 'utf8'))
const messages = messagesOf(source)
if (process.argv.includes('--list')) {
  const missing = messages.map(({ message }) => message).filter((message) => !translations[message])
  console.log(JSON.stringify(Object.fromEntries(missing.map((message) => [message, ''])), null, 1))
} else {
  const problems = catalogueProblems(messages, translations)
  for (const problem of problems) console.error(problem)
  console.log(`messages: ${messages.length} in the source, ${problems.length} problems`)
  process.exit(problems.length > 0 || messages.length === 0 ? 1 : 0)
}
