/** Errors of the configuration in Chinese: none that a variable can cause is left in English. */
import { expect, test } from 'bun:test'
import { startErrorInChinese } from '../../../../src/cli/texts/start-errors-zh.ts'
import { loadConfig, VARIABLES } from '../../../../src/config.ts'
import { OperatorError } from '../../../../src/core/operator-error.ts'

const HAN = /\p{Script=Han}/u

function refusal(environment: Record<string, string>): OperatorError | null {
  try {
    loadConfig(environment)
    return null
  } catch (error) {
    return error as OperatorError
  }
}

function expectChinese({ message, remedy }: OperatorError): void {
  const chinese = startErrorInChinese(message, remedy)
  expect(chinese.message).toMatch(HAN)
  expect(chinese.remedy.replace(/^应为：/, '')).toMatch(/\p{Script=Han}|^[a-z]+ 或/u)
}

const BAD = ['no such value', '-1', ' ', '/ ?', 'x'.repeat(50), 'a=b=c', 'A1', '1']

test('whatever a variable may not be, its error is Chinese', () => {
  let refused = 0
  for (const name of Object.keys(VARIABLES))
    for (const value of BAD) {
      const error = refusal({ [name]: value })
      if (error === null) continue
      expect(error).toBeInstanceOf(OperatorError)
      expectChinese(error)
      refused++
    }
  expect(refused).toBeGreaterThan(200)
})

test.each([
  { LOG_PROMPT_BODY: 'true' },
  { AZURE_API_KEY: 'azure-key-1' },
  { AZURE_API_KEY: 'azure-key-1', AZURE_ENDPOINT: 'https://x.openai.azure.com' },
  { REDIS_PASSWORD: 'secret' },
  { REDIS_URL: 'redis://127.0.0.1', REDIS_HOST: '127.0.0.1' },
  { POSTGRES_PASSWORD: 'secret' },
  { DATABASE_URL: 'postgres://u:p@127.0.0.1/x', POSTGRES_HOST: '127.0.0.1' },
  { DATABASE_URL: 'postgres://u:p@127.0.0.1/x' },
  { OIDC_ISSUER: 'https://login.example' },
  { ENCRYPTION_KEY_FILE: '/no/such/file' },
  { ENCRYPTION_KEY_FILE: '/dev/null' },
  { ENCRYPTION_KEY_FILE: '/dev/null', ENCRYPTION_KEY: 'x' },
  { DATA_DIR_FILE: '/dev/null' },
  { MAX_BODY_BYTE: '1' },
  { HTTPS_PROXY: 'socks5://127.0.0.1' },
  { GOOGLE_APPLICATION_CREDENTIALS: '/no/such/file', GOOGLE_CLOUD_PROJECT: 'my-project' },
])('%j is refused in Chinese', (environment) => {
  const error = refusal(environment as Record<string, string>)
  if (error === null) throw new Error('it was accepted')
  expectChinese(error)
})

test('what the operator wrote is kept, and an unknown text stays English', () => {
  expect(startErrorInChinese('PORT="$1" is not usable', 'Expected: a path.')).toEqual({
    message: 'PORT="$1" 无效',
    remedy: '应为：路径。',
  })
  expect(startErrorInChinese('something new', 'do this')).toEqual({
    message: 'something new',
    remedy: 'do this',
  })
})
