/** The request target, unnormalized: a proxy in front that normalized paths differently would see another route. */

/** Path and query. Clients that treat this server as a proxy send the whole URL. */
export function localTarget(target: string): string {
  return target.startsWith('/') ? target : target.replace(/^https?:\/\/[^/?#]*/i, '')
}

export function pathOf(target: string): string {
  const local = localTarget(target)
  const query = local.indexOf('?')
  return query < 0 ? local : local.slice(0, query)
}

/** The query as it was sent, including the question mark; empty if there is none. */
export function queryTextOf(target: string): string {
  const query = target.indexOf('?')
  return query < 0 ? '' : (target.slice(query).split('#')[0] ?? '')
}
