/** Uploads that the gateway has to end while they arrive: the client learns why, and the vendor is not blamed. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { type Gateway, startGateway } from '../../support/gateway.ts'
import { startVendorMock, type VendorMock } from '../../support/vendors/vendor-mock.ts'

const MAX_BYTES = 1_048_576

let mock: VendorMock
let gateway: Gateway
beforeAll(async () => {
  mock = startVendorMock()
  gateway = await startGateway({
    upstreams: [{ name: 'vendor', provider: 'openai', baseUrl: mock.url }],
    env: { MAX_UPLOAD_BYTES: String(MAX_BYTES) },
  })
})
afterAll(async () => {
  await gateway.stop()
  await mock.stop()
})

const HEAD = '--B\r\ncontent-disposition: form-data; name="file"; filename="a.bin"\r\n\r\n'

/** In chunks, so that its length is not known before. */
async function upload(body: AsyncIterable<Uint8Array>) {
  const reply = await fetch(`${gateway.baseUrl}/files`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${gateway.proxyKey}`,
      'content-type': 'multipart/form-data; boundary=B',
    },
    body: body as never,
  })
  return { status: reply.status, text: await reply.text() }
}

async function* pieces(bytes: number) {
  yield Buffer.from(HEAD)
  for (let sent = 0; sent < bytes; sent += 65_536) yield Buffer.alloc(65_536, 'x')
  yield Buffer.from('\r\n--B--\r\n')
}

async function* malformed() {
  yield Buffer.from('--B\r\ncontent-type: text/plain\r\n\r\n')
  yield Buffer.from('x\r\n--B--\r\n')
}

test('one that grows too large is a 413, and the next one is passed on', async () => {
  expect(await upload(pieces(2 * MAX_BYTES))).toEqual({
    status: 413,
    text: expect.stringContaining('MAX_UPLOAD_BYTES'),
  })
  expect((await upload(pieces(1))).status).toBe(200)
})

test('a malformed form is a 400, and the next one is passed on', async () => {
  expect(await upload(malformed())).toEqual({
    status: 400,
    text: expect.stringContaining('malformed'),
  })
  expect((await upload(pieces(1))).status).toBe(200)
})
