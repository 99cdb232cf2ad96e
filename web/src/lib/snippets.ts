/** Ways to use a key from elsewhere. The key itself is never in them: it is read from a variable. */

export interface SnippetOptions {
  /** The public address of the API, such as `https://host/v1`. */
  baseUrl: string
  model: string
}

export const SNIPPET_NAMES = [
  'env',
  'curl',
  'python',
  'typescript',
  'ai-sdk',
  'cherry-studio',
] as const
export type SnippetName = (typeof SNIPPET_NAMES)[number]

const QUESTION = 'Say hello.'

export function snippet(name: SnippetName, { baseUrl, model }: SnippetOptions): string {
  const quoted = JSON.stringify(model)
  switch (name) {
    case 'env':
      return `export OPENAI_BASE_URL=${shellQuote(baseUrl)}\nread -rs OPENAI_API_KEY && export OPENAI_API_KEY  # paste the key, then Enter`
    case 'curl':
      return [
        `curl ${shellQuote(`${baseUrl}/chat/completions`)} \\`,
        '  -H "authorization: Bearer $OPENAI_API_KEY" \\',
        "  -H 'content-type: application/json' \\",
        `  -d ${shellQuote(JSON.stringify({ model, messages: [{ role: 'user', content: QUESTION }] }))}`,
      ].join('\n')
    case 'python':
      return [
        'import os',
        'from openai import OpenAI',
        '',
        `client = OpenAI(base_url=${JSON.stringify(baseUrl)}, api_key=os.environ["OPENAI_API_KEY"])`,
        'reply = client.chat.completions.create(',
        `    model=${quoted},`,
        `    messages=[{"role": "user", "content": ${JSON.stringify(QUESTION)}}],`,
        ')',
        'print(reply.choices[0].message.content)',
      ].join('\n')
    case 'typescript':
      return [
        "import OpenAI from 'openai'",
        '',
        `const client = new OpenAI({ baseURL: ${JSON.stringify(baseUrl)}, apiKey: process.env.OPENAI_API_KEY })`,
        'const reply = await client.chat.completions.create({',
        `  model: ${quoted},`,
        `  messages: [{ role: 'user', content: ${JSON.stringify(QUESTION)} }],`,
        '})',
        'console.log(reply.choices[0]?.message.content)',
      ].join('\n')
    case 'ai-sdk':
      return [
        "import { createOpenAICompatible } from '@ai-sdk/openai-compatible'",
        "import { generateText } from 'ai'",
        '',
        'const gateway = createOpenAICompatible({',
        "  name: 'gpt-proxy',",
        `  baseURL: ${JSON.stringify(baseUrl)},`,
        '  apiKey: process.env.OPENAI_API_KEY,',
        '})',
        `const { text } = await generateText({ model: gateway(${quoted}), prompt: ${JSON.stringify(QUESTION)} })`,
        'console.log(text)',
      ].join('\n')
    case 'cherry-studio':
      return `Settings → Model Provider → Add → OpenAI\nAPI Host: ${baseUrl.replace(/\/v1$/, '')}\nAPI Key: the key above\nModel: ${model}`
  }
}

/** One word for any POSIX shell, whatever it holds. */
export function shellQuote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}
