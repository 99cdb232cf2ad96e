/** An answer that is held back until it can be taken out of its object breaks, and is asked for again as a whole. */
import { expect, test } from 'bun:test'
import { upstreamKey } from '../../../test/support/in-process/entities.ts'
import { inProcess } from '../../../test/support/in-process/gateway.ts'
import { SPOKEN } from '../../../test/support/spoken/index.ts'
import { chunk, finish } from '../../../test/support/translation/chat-samples.ts'

const CATS = '["Tom","Kitty"]'
const data = (event: unknown) => `data: ${JSON.stringify(event)}\n\n`
const pieces = [...`{"value":${CATS}}`].map((content) => data(chunk({ content })))

const QUESTIONS = {
  gemini: {
    generationConfig: {
      responseMimeType: 'application/json',
      responseSchema: { type: 'ARRAY', items: { type: 'STRING' } },
    },
  },
  messages: {
    output_config: {
      format: { type: 'json_schema', schema: { type: 'array', items: { type: 'string' } } },
    },
  },
}

test.each(Object.entries(QUESTIONS))(
  'a list whose stream breaks reaches clients of %s once and whole, and both parts are counted',
  async (name, asked) => {
    const client = SPOKEN.find((each) => each.name === name)
    if (client === undefined) throw new Error(`there is no client of ${name}`)
    const upstreams = [1, 2].map((id) =>
      upstreamKey(id, { provider: 'openai', baseUrl: `http://up-${id}.test/v1` }),
    )
    const whole = [...pieces, data(finish('stop')), 'data: [DONE]\n\n']
    const gateway = await inProcess(
      (_, index) => ({ body: index === 0 ? [...pieces.slice(0, -2), 'cut'] : whole }),
      { upstreams },
    )
    const { protocol, endpoint, question } = client
    const body = { model: 'm', stream: true, ...question('m', true), ...asked }
    const { text, record } = await gateway.ask(body, { protocol, endpoint })
    expect(client.read(text)).toMatchObject({ text: CATS, errors: [], flaws: [] })
    expect(record?.attempts).toHaveLength(2)
    expect(record?.attempts[0]).toMatchObject({ used: { completionTokens: expect.any(Number) } })
  },
)
