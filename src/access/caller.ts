/** Who makes a request. */
import type { ApiKey, User } from '../core/entities.ts'
import { allowsModel } from '../routing/model-names.ts'

export interface Caller {
  user: User
  key: ApiKey
}

export function isExpired(caller: Caller, nowMs: number): boolean {
  return caller.key.expiresAtMs !== null && caller.key.expiresAtMs <= nowMs
}

export function mayUse(caller: Caller, model: string): boolean {
  return allowsModel(caller.key.allowedModels, model)
}
