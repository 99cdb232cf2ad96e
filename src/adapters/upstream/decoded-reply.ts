/**
 * Decodes replies that are compressed despite being asked not to be, e.g. by a CDN in front of an upstream: at
 * the reader's pace, and aborted if they grow beyond a sane ratio.
 */
import type { Transform } from 'node:stream'
import { TransportError, type UpstreamReply } from '../../upstreams/transport.ts'

type Zlib = typeof import('node:zlib')

/** Chooses the decoder by the body's first bytes; null if the body is not encoded after all. */
type DecoderOf = (zlib: Zlib, beginning: Uint8Array) => Transform | null

const GZIP: DecoderOf = ({ createGunzip }, bytes) =>
  bytes[0] === 0x1f && bytes[1] === 0x8b ? createGunzip() : null
/** With the zlib header that RFC 9110 (8.4.1.2) requires, or without it, as many servers send it. */
const DEFLATE: DecoderOf = ({ createInflate, createInflateRaw }, bytes) => {
  const [method = 0, flags = 0] = bytes
  const hasHeader = (method & 15) === 8 && ((method << 8) | flags) % 31 === 0
  return hasHeader ? createInflate() : createInflateRaw()
}
const DECODERS: Readonly<Record<string, DecoderOf>> = {
  gzip: GZIP,
  'x-gzip': GZIP,
  deflate: DEFLATE,
  br: ({ createBrotliDecompress }) => createBrotliDecompress(),
  zstd: ({ createZstdDecompress }) => createZstdDecompress(),
}

/** Text rarely shrinks to a tenth; a decompression bomb shrinks to a thousandth. */
const MAX_RATIO = 100
const ALWAYS_ALLOWED_BYTES = 16 * 1024 * 1024

/** Returns the same reply if it is not encoded, or has an unknown encoding. */
export function decoded(reply: UpstreamReply): UpstreamReply {
  const encoding = reply.header('content-encoding')
  if (encoding === null) return reply
  const names = encoding
    .toLowerCase()
    .split(',')
    .map((name) => name.trim())
  const coded = names.filter((name) => name !== '' && name !== 'identity')
  const decoders = coded.map((name) => DECODERS[name])
  if (decoders.some((decoder) => decoder === undefined)) return reply
  // The header lists encodings in the order they were applied.
  return decoders.reduceRight<UpstreamReply>(
    (inner, decoderOf) => new DecodedReply(inner, decoderOf as DecoderOf),
    reply,
  )
}

const OF_THE_ENCODED_BODY: ReadonlySet<string> = new Set(['content-encoding', 'content-length'])

class DecodedReply implements UpstreamReply {
  readonly status: number
  private readonly source: UpstreamReply
  private readonly decoderOf: DecoderOf
  private decoded: AsyncIterator<Uint8Array> | 'not encoded' | null = null
  private bytesIn = 0
  private bytesOut = 0

  constructor(source: UpstreamReply, decoderOf: DecoderOf) {
    this.status = source.status
    this.source = source
    this.decoderOf = decoderOf
  }

  header(name: string): string | null {
    return OF_THE_ENCODED_BODY.has(name) ? null : this.source.header(name)
  }

  async next(): Promise<Uint8Array | null> {
    if (this.decoded === null) {
      const first = await this.source.next()
      if (first === null) return null
      // Loaded by the first such reply, so that the server starts sooner.
      const decoder = this.decoderOf(await import('node:zlib'), first)
      if (decoder === null) {
        this.decoded = 'not encoded'
        return first
      }
      this.decoded = decoder[Symbol.asyncIterator]()
      void this.feed(decoder, first)
    }
    if (this.decoded === 'not encoded') return this.source.next()
    const { done, value } = await this.decoded.next().catch(rejectAsTransport)
    if (done === true) return null
    this.bytesOut += value.length
    if (this.bytesOut > Math.max(ALWAYS_ALLOWED_BYTES, this.bytesIn * MAX_RATIO))
      throw new TransportError('other', 'its compressed reply grows beyond all measure', true)
    return value
  }

  /** Waits whenever the decoder is ahead of its reader, so that little is ever buffered. */
  private async feed(decoder: Transform, first: Uint8Array): Promise<void> {
    try {
      for (let part: Uint8Array | null = first; part !== null; part = await this.source.next()) {
        this.bytesIn += part.length
        if (!decoder.write(part)) await new Promise((resolve) => decoder.once('drain', resolve))
      }
      decoder.end()
    } catch (error) {
      decoder.destroy(error as Error)
    }
  }
}

function rejectAsTransport(error: unknown): never {
  if (error instanceof TransportError) throw error
  const { code } = error as { code?: unknown }
  throw new TransportError('other', `its compressed reply can't be decoded (${code})`, true)
}
