/** What a request asks for, taken as it was sent: a second reader of paths could take it for another. */

/** Clients that take us for a proxy send the whole URL. */
export function pathOf(target: string): string {
  const local = target.startsWith('/') ? target : target.replace(/^https?:\/\/[^/?#]*/i, '')
  const query = local.indexOf('?')
  return query < 0 ? local : local.slice(0, query)
}

export function queryOf(target: string): URLSearchParams {
  const query = target.indexOf('?')
  return new URLSearchParams(query < 0 ? '' : target.slice(query))
}
