/**
 * Asks, streams and completes a tool loop with the AI SDK and one vendor's package: `ai-sdk-program.mjs PACKAGE MODEL...`
 * prints what it saw of each model, and the statuses of two refusals, as JSON. ORIGIN and KEY say where the gateway is and who
 * asks. Plain JavaScript: the packages are installed only while the test runs.
 */
import { createAnthropic } from '@ai-sdk/anthropic'
import { createDeepSeek } from '@ai-sdk/deepseek'
import { createGoogleGenerativeAI } from '@ai-sdk/google'
import { createGroq } from '@ai-sdk/groq'
import { createMistral } from '@ai-sdk/mistral'
import { createOpenAI } from '@ai-sdk/openai'
import { createXai } from '@ai-sdk/xai'
import { APICallError, generateText, stepCountIs, streamText, tool } from 'ai'
import { z } from 'zod'

const { ORIGIN, KEY } = process.env
const openAi = (apiKey) => ({ baseURL: `${ORIGIN}/v1`, apiKey })
const google = (apiKey) => ({ baseURL: `${ORIGIN}/v1beta`, apiKey })
const PACKAGES = {
  'openai, chat': (model, key) => createOpenAI(openAi(key)).chat(model),
  'openai, responses': (model, key) => createOpenAI(openAi(key)).responses(model),
  anthropic: (model, key) => createAnthropic(openAi(key))(model),
  google: (model, key) => createGoogleGenerativeAI(google(key))(model),
  deepseek: (model, key) => createDeepSeek(openAi(key))(model),
  groq: (model, key) => createGroq(openAi(key))(model),
  mistral: (model, key) => createMistral(openAi(key))(model),
  xai: (model, key) => createXai(openAi(key)).chat(model),
}
const tools = {
  look: tool({
    description: 'Looks at something.',
    inputSchema: z.object({ at: z.string() }),
    execute: async ({ at }) => (at === 'cat' ? 'A cat.' : `What is ${at}?`),
  }),
}

const [name, ...models] = process.argv.slice(2)
const modelOf = PACKAGES[name]

const statusOf = (model, key) =>
  generateText({ model: modelOf(model, key), prompt: 'Hello', maxRetries: 0 }).then(
    () => 200,
    (error) => (APICallError.isInstance(error) ? error.statusCode : String(error)),
  )

async function seenWith(name) {
  const asked = { model: modelOf(name, KEY), prompt: 'Hello', maxOutputTokens: 100, maxRetries: 0 }
  const whole = await generateText(asked)
  const stream = streamText(asked)
  const streamed = (await Array.fromAsync(stream.textStream)).join('')
  const looking = { ...asked, tools, stopWhen: stepCountIs(3) }
  const looked = await generateText(looking)
  const lookedStreamed = streamText(looking)
  await lookedStreamed.consumeStream()
  const tokens = ({ inputTokens, outputTokens }) => [inputTokens ?? null, outputTokens ?? null]
  return {
    text: whole.text,
    streamed,
    looked: looked.text,
    lookedStreamed: await lookedStreamed.text,
    usage: tokens(whole.usage),
    usageStreamed: tokens(await stream.usage),
  }
}

const seen = []
for (const model of models) seen.push(await seenWith(model))
const errors = [await statusOf('no-such-model', KEY), await statusOf(models[0], 'sk-proxy-nobody')]
console.log(JSON.stringify({ seen, errors }))
