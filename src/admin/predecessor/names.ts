/** Names of the predecessor, as they can be used here. */
import { isMintedPrefix } from '../../access/proxy-key.ts'
import { checkedEmail, checkedLabel, checkedName } from '../checks.ts'

/** What can't be in a name becomes `-`; one that is reserved or only digits gets its id. */
export function importableName(name: string, id: string): string {
  const allowed = name
    .normalize('NFC')
    .trim()
    .replaceAll(/[^\p{L}\p{M}\p{N}_.@:+-]+/gu, '-')
    .slice(0, 50)
  const isReserved = allowed === 'system' || /^\d*$/.test(allowed)
  return checkedName(
    isReserved ? `${allowed || 'user'}-${id.slice(0, 8)}` : allowed,
    'user_name_invalid',
  )
}

export function keyLabel(name: string, id: string): string {
  const label = [...name.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ').trim()]
    .slice(0, 60)
    .join('')
  return checkedLabel(label === '' ? `imported key ${id.slice(0, 8)}` : label)
}

/** Never looks like the prefix of a key minted here, whose checksum would be required. */
export function shownPrefix(prefix: string, id: string): string {
  const shown = prefix.replaceAll(/[^\x21-\x7e]/g, '').slice(0, 15) || `imported-${id.slice(0, 8)}`
  return isMintedPrefix(shown) ? `${shown}…` : shown
}

export function isEmail(email: string | null): boolean {
  try {
    return checkedEmail(email) !== null
  } catch {
    return false
  }
}
