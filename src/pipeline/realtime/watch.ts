/** What a session names in its messages: models, objects of the client, and those that the vendor makes. */
import { type Caller, mayUse } from '../../access/caller.ts'
import type { VendorObject } from '../../passthrough/objects.ts'
import { fineTunedIn, referencesIn } from '../../passthrough/references.ts'
import type { UsableUpstream } from '../../upstreams/directory.ts'
import { jsonOf } from '../attempt/read-body.ts'
import type { Services } from '../services.ts'
import type { VendorCall } from '../vendor/call.ts'
import { fieldsOf, madeIn } from '../vendor/own.ts'
import { refuseOthers } from '../vendor/refuse-others.ts'
import type { SessionParts } from './session.ts'

interface Watched {
  services: Services
  caller: Caller
  call: VendorCall
  upstream: UsableUpstream
  /** The model that the client asked for. */
  asked: { model: string | null }
}

export type Watch = Pick<SessionParts, 'named' | 'check' | 'heard'>

export function watchSession(watched: Watched): Watch {
  const { caller, call, asked } = watched
  return {
    named(model) {
      // The path has named it, and it was checked there.
      if (call.params.model !== '') return null
      asked.model = model
      return mayUse(caller, model) ? null : `model_not_allowed: the key may not use '${model}'`
    },
    check: call.route.holdsCalls ? (message) => checkNames(watched, jsonOf(message)) : null,
    heard: (message) => remember(watched, message),
  }
}

async function checkNames({ services, caller }: Watched, message: unknown): Promise<void> {
  await refuseOthers(services, caller, [...referencesIn(message), ...fineTunedIn(message)])
}

const MADE = /"type" *: *"response\.(?:created|completed|incomplete)"/

/** Responses belong to the user, also those that a session makes. */
function remember({ services, caller, call, upstream }: Watched, message: string): void {
  const kind = call.route.creates
  if (kind === null || !MADE.test(message)) return
  const { response } = fieldsOf(jsonOf(message))
  const owner = { userId: caller.user.id, apiKeyId: caller.key.id, upstreamKeyId: upstream.key.id }
  const made: VendorObject[] = madeIn(kind, fieldsOf(response)).map((one) => ({ ...one, ...owner }))
  if (made.length === 0) return
  services.objects
    .remember(made)
    .catch((error) => services.logger.error({ error: String(error) }, 'objects not remembered'))
}
