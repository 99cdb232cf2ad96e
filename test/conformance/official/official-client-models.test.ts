/** Each major of the official client lists models that no key names, and looks at one of them. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { jsonReply } from '../../support/mock/mock-upstream.ts'
import { type Rig, startRig } from '../rig.ts'
import { type Client, countingClient, directClient, MAJORS } from './official-client.ts'

const model = (id: string) => ({ id, object: 'model', created: 1_700_000_000, owned_by: 'maker' })
const MODELS = ['gpt-4o', 'gpt-4o-mini', 'ft:gpt-4o:org::1'].map(model)

let rig: Rig
beforeAll(async () => {
  rig = await startRig([{ name: 'serving-any-model' }])
  rig.mock.script(({ path }) => {
    if (path === '/v1/models') return jsonReply(200, { object: 'list', data: MODELS })
    const id = decodeURIComponent(path.replace('/v1/models/', ''))
    const found = MODELS.find((one) => one.id === id)
    if (found !== undefined) return jsonReply(200, found)
    const error = { message: 'no such model', type: 'invalid_request_error', code: null }
    return jsonReply(404, { error: { ...error, param: 'model' } })
  })
})
afterAll(() => rig.close())

async function idsOf(client: Client): Promise<string[]> {
  const ids: string[] = []
  for await (const { id } of client.models.list()) ids.push(id)
  return ids
}

describe.each(MAJORS)('%s', (_, Official) => {
  const through = () => countingClient(Official, rig).client

  test('lists what the upstream lists', async () => {
    const ids = await idsOf(through())
    expect(ids).toEqual(MODELS.map(({ id }) => id))
    expect(ids).toEqual(await idsOf(directClient(Official, rig)))
  })

  test('looks at one model as at the upstream', async () => {
    for (const { id } of MODELS) {
      const expected = await directClient(Official, rig).models.retrieve(id)
      expect({ ...(await through().models.retrieve(id)) }).toMatchObject({ ...expected })
    }
  })

  test('gets an error for an unknown model', async () => {
    const refusal = await through()
      .models.retrieve('gpt-9')
      .catch((error: unknown) => error)
    expect(refusal).toMatchObject({ status: 404, param: 'model' })
  })
})
