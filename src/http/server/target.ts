/** What a request asks for, taken as it was sent: a second reader of paths could take it for another. */

/** Path and query. Clients that take us for a proxy send the whole URL. */
export function localTarget(target: string): string {
  return target.startsWith('/') ? target : target.replace(/^https?:\/\/[^/?#]*/i, '')
}

export function pathOf(target: string): string {
  const local = localTarget(target)
  const query = local.indexOf('?')
  return query < 0 ? local : local.slice(0, query)
}

/** With its question mark, as it was sent; empty if there is none. */
export function queryTextOf(target: string): string {
  const query = target.indexOf('?')
  return query < 0 ? '' : (target.slice(query).split('#')[0] ?? '')
}
