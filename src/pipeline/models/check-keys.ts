/** Checks keys without a client's request, so that recovery needs neither a client nor an operator. */
import type { UsableUpstream } from '../../upstreams/directory.ts'
import type { Services } from '../services.ts'
import { checkKey } from './upstream-models.ts'

/** Called periodically; does not wait for what it starts. */
export function checkKeys(services: Services): void {
  const { directory, health } = services
  for (const id of health.dueChecks()) {
    const upstream = directory.allUpstreams().find(({ key }) => key.id === id)
    if (upstream === undefined) health.checked(id, 'unclear')
    else void check(services, upstream)
  }
}

async function check(services: Services, upstream: UsableUpstream): Promise<void> {
  const { id, name } = upstream.key
  const result = await checkKey(services, upstream).catch(() => 'unclear' as const)
  services.logger.info({ upstreamKeyId: id, upstream: name, result }, 'upstream key checked')
  services.health.checked(id, result)
}
