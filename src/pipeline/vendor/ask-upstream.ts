/** Calls that the gateway makes for itself at an upstream that holds an object. None waits without end. */
import { vendorAt } from '../../providers/index.ts'
import type { UsableUpstream } from '../../upstreams/directory.ts'
import type { UpstreamReply } from '../../upstreams/transport.ts'
import type { Services } from '../services.ts'
import type { ApiPath } from './charging/charged-kinds.ts'

export type AskServices = Pick<Services, 'transport' | 'deadlines'>

interface Question<Answer> {
  upstream: UsableUpstream
  place: ApiPath
  /** How long the upstream may be silent, before its reply or in it. */
  silenceMs: number
  read(reply: UpstreamReply): Promise<Answer>
}

/** Rejects with TransportError if the upstream was silent for too long. */
export async function askUpstream<Answer>(
  { transport, deadlines }: AskServices,
  { upstream, place, silenceMs, read }: Question<Answer>,
): Promise<Answer> {
  const { key, secret } = upstream
  const destination = vendorAt(key.provider, place.api)?.(key, secret, {
    path: place.path,
    query: '',
    model: '',
  })
  if (destination === undefined) throw new Error(`its provider has no ${place.path.split('/')[0]}`)
  const sending = transport.send({ method: 'GET', ...destination, body: null }, { fresh: false })
  const silence = deadlines.open()
  const heard = () => silence.set(silenceMs, () => sending.cancel())
  heard()
  try {
    const reply = await sending.reply
    return await read({
      status: reply.status,
      header: (name) => reply.header(name),
      next() {
        heard()
        return reply.next()
      },
    })
  } finally {
    silence.clear()
  }
}
