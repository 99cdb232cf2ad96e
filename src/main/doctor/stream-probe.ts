/** For SSE-1: the demo model streamed directly and through PUBLIC_URL. */
import type { Measured, StreamEvidence, StreamSeen } from '../../doctor/evidence.ts'
import { ask, type ProbeResponse, proxyName, whyNot } from './ask.ts'
import { askHttp2 } from './ask-http2.ts'
import type { DoctorSurroundings } from './surroundings.ts'

const PATIENCE_MS = 20_000
/** The demo writes every 15 ms. */
const SAME_MOMENT_MS = 3
/** About forty chunks, so that the demo takes a second. */
const QUESTION = 'one two three four five six seven eight nine ten '.repeat(3)

export async function probeStream({
  config,
  url,
  opened,
}: DoctorSurroundings): Promise<StreamEvidence> {
  const { publicUrl } = config
  const key = (await opened?.keys.demo()) ?? null
  const direct = await streamed(url, key)
  const compare = publicUrl !== null && direct.ok && direct.status === 200
  const through = compare ? await streamed(publicUrl, key) : null
  const http2 =
    compare && publicUrl.startsWith('https:') ? await streamed(publicUrl, key, true) : null
  // This check does not require a proxy to support HTTP/2.
  return { url, publicUrl, direct, through, throughHttp2: http2?.ok ? http2 : null }
}

async function streamed(
  base: string,
  key: string | null,
  http2 = false,
): Promise<Measured<StreamSeen>> {
  if (key === null) return { ok: false, error: 'the gateway does not know the keys of this store' }
  const body = {
    model: 'demo/echo',
    stream: true,
    messages: [{ role: 'user', content: QUESTION }],
  }
  try {
    const address = `${base}/v1/chat/completions`
    return {
      ok: true,
      ...seenOf(await (http2 ? askHttp2 : ask)(address, { key, body, patienceMs: PATIENCE_MS })),
    }
  } catch (error) {
    return { ok: false, error: whyNot(error) }
  }
}

function seenOf(answer: ProbeResponse): StreamSeen {
  const { status, body, headers } = answer
  const readsMs = arrivals(answer.readsMs)
  const [firstMs = 0] = readsMs
  const lastMs = readsMs.at(-1) ?? firstMs
  return {
    status,
    code: codeIn(body),
    reads: readsMs.length,
    firstMs: Math.round(firstMs),
    spreadMs: Math.round(lastMs - firstMs),
    longestGapMs: Math.round(longestGap(readsMs)),
    whole: body.includes('data: [DONE]'),
    proxy: proxyName(answer),
    fromGateway: headers['x-request-id']?.startsWith('req_') === true,
  }
}

/**
 * Moments at which something came. The client hands out each chunk of a reply separately, also where all of
 * them came in one piece: what counts is when, not how many.
 */
function arrivals(readsMs: readonly number[]): number[] {
  return readsMs.filter((ms, at) => at === 0 || ms - (readsMs[at - 1] ?? 0) > SAME_MOMENT_MS)
}

function codeIn(body: string): string | null {
  return /"code":\s*"(\w{1,40})"/.exec(body)?.[1] ?? null
}

function longestGap(readsMs: readonly number[]): number {
  return Math.max(0, ...readsMs.map((ms, at) => ms - (readsMs[at - 1] ?? 0)))
}
