/** What an upstream's address may look like. */

export type ReadBaseUrl = { ok: true; url: string } | { ok: false; reason: string }

/** Where clouds hand out credentials; no model is served there, and a key must never be sent there. */
const METADATA_HOST = new RegExp(
  [
    '^169\\.254\\.',
    '^100\\.100\\.100\\.200$',
    '^\\[::ffff:(a9fe:|6464:64c8\\])',
    '^\\[fe[89ab]',
    '^\\[fd00:ec2::254\\]$',
    '^metadata\\.(google\\.internal|goog)\\.?$',
  ].join('|'),
  'i',
)

/** People copy the whole address of a request out of a vendor's documents. */
const ENDPOINT =
  /\/(?:chat\/completions|completions|embeddings|responses|messages|models|images\/generations|audio\/\w+)\/*$/i

/** http or https, without credentials, query and fragment; trailing slashes are removed. */
export function readBaseUrl(text: string): ReadBaseUrl {
  const url = URL.parse(text)
  if (url === null || !/^https?:\/\//i.test(text)) {
    return refused('it is no address such as https://api.example.com/v1')
  }
  // The parser would leave them out without a word.
  if (/[\s\p{Cc}]/u.test(text)) return refused('it holds a space or a line break')
  if (url.username !== '' || url.password !== '') return refused('it holds a user name or password')
  if (/[?#]/.test(text)) return refused('it holds a query or a fragment')
  if (METADATA_HOST.test(url.hostname))
    return refused('its host is a link-local or metadata address')
  const address = `${url.origin}${url.pathname}`.replace(/\/+$/, '')
  const base = address.replace(ENDPOINT, '')
  if (base !== address)
    return refused(
      `it ends with the endpoint ${address.slice(base.length)}; the base URL is the part before it: ${base}`,
    )
  return { ok: true, url: address }
}

function refused(reason: string): ReadBaseUrl {
  return { ok: false, reason }
}
