/** Recorded Azure exchanges: the plain client through the gateway sees what the Azure client sees directly. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import OpenAI, { AzureOpenAI } from 'openai-7'
import { assemble } from '../assemble.ts'
import { cutReply } from '../chunked-reply.ts'
import { type Rig, startRig } from '../rig.ts'
import { type Recording, requestOf } from './recordings.ts'

const API_VERSION = '2024-10-21'

export function describeRecordedAzure(recordings: readonly Recording[]): void {
  describe('a recorded Azure reply', () => {
    let rig: Rig
    const deployments = Object.fromEntries(
      recordings.map((recording) => [modelOf(recording), deploymentOf(recording)]),
    )
    beforeAll(async () => {
      rig = await startRig([
        { name: 'azure', provider: 'azure', deployments, apiVersion: API_VERSION },
      ])
    })
    afterAll(() => rig.close())

    for (const recording of recordings) {
      test(`${recording.id} is assembled as without the gateway, from Azure`, async () => {
        const { mock, gateway } = rig
        const { kind, status, headers, resp, path } = recording
        mock.script(() => cutReply(status, headers, resp, []))
        const endpoint = mock.url.replace(/\/v1$/, '')
        const direct = new AzureOpenAI({
          apiKey: 'direct',
          endpoint,
          apiVersion: API_VERSION,
          deployment: deploymentOf(recording),
          maxRetries: 0,
        })
        const through = new OpenAI({
          apiKey: gateway.proxyKey,
          baseURL: gateway.baseUrl,
          maxRetries: 0,
        })
        const expected = await assemble(direct, kind, requestOf(recording))
        expect(await assemble(through, kind, requestOf(recording))).toStrictEqual(expected)

        const sent = mock.ledger.at(-1)
        expect(sent?.path).toBe(`${path}?api-version=${API_VERSION}`)
        expect(sent?.headers['api-key']).toStartWith('sk-upstream-')
        expect(sent?.headers.authorization).toBeUndefined()
      })
    }
  })
}

function deploymentOf({ path }: Recording): string {
  return /\/deployments\/([^/]+)\//.exec(path)?.[1] ?? ''
}

function modelOf(recording: Recording): string {
  return String(requestOf(recording).model)
}
