/** For NGX-1: the same request to the gateway and to the proxy in front of it. */
import type { Measured, ProxyEvidence, ReplySeen } from '../../doctor/evidence.ts'
import { ask, proxyName, whyNot } from './ask.ts'
import type { DoctorSurroundings } from './surroundings.ts'

/** Enough to notice if one of two instances is down. */
const TRIES = 6

export async function probeProxy({ config, url }: DoctorSurroundings): Promise<ProxyEvidence> {
  const { publicUrl } = config
  const direct = await replyOf(url)
  const through: Measured<ReplySeen>[] = []
  for (let tries = 0; publicUrl !== null && tries < TRIES; tries++) {
    const reply = await replyOf(publicUrl)
    through.push(reply)
    if (!reply.ok) break
  }
  const services = direct.ok ? await servicesOf(url) : {}
  return { url, publicUrl, listens: new URL(url).host, direct, services, through }
}

async function replyOf(base: string): Promise<Measured<ReplySeen>> {
  try {
    const answer = await ask(`${base}/livez`)
    const isGateway = answer.status === 200 && /"status":\s*"alive"/.test(answer.body)
    return { ok: true, status: answer.status, proxy: proxyName(answer), isGateway }
  } catch (error) {
    return { ok: false, error: whyNot(error) }
  }
}

async function servicesOf(url: string): Promise<Readonly<Record<string, string>>> {
  try {
    const { services } = JSON.parse((await ask(`${url}/health`)).body) as {
      services: Record<string, string>
    }
    return services
  } catch {
    return {}
  }
}
