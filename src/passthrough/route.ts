/** What a row of the table of vendor routes says: where a call may go, whose object it is about, what it costs. */

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/** How the upstream key of a call is found. */
export type RouteTarget =
  /**
   * By a model: the field `model` of the JSON or form, or a parameter of the path. Without one it is
   * `otherwise`; if that is null, it is required.
   */
  | { by: 'model'; param: string | null; otherwise: string | null }

  /** By the object that the path names first: the key it was created with. */
  | { by: 'object'; kind: string }
  /** Any key of the vendor, or the one that has the objects named in the body. */
  | { by: 'account' }
  /** The keys that hold the caller's objects of this kind; the reply shows only those. */
  | { by: 'list'; kind: string }

/** How a call is metered; the rates are in the price list. */
export type Meter =
  /** Costs nothing: reading, deleting, storing. */
  | 'free'
  /** By the tokens the reply reports. */
  | 'tokens'
  /** By images and their size where the reply reports no tokens. */
  | 'images'
  /** By the characters of `input`. */
  | 'characters'
  /** By the seconds of audio that the reply reports. */
  | 'seconds'
  /** By the seconds of video that the reply reports. */
  | 'video'
  /** By the searches that the reply reports if it reports no tokens. */
  | 'searches'
  /** By the pages of a document that the reply reports. */
  | 'pages'
  /** By the tokens of its output file, once that is ready. */
  | 'batch'
  /** Paid by the token or the hour at the vendor, who reports nothing in the reply. */
  | 'unpriced'

/** Whose API a route belongs to: its keys are asked, and errors have its form. */
export type VendorApi = 'openai' | 'anthropic' | 'gemini'

/** The protocol in which requests are estimated, replies read and errors written. */
export type VendorProtocol = VendorApi | 'responses'

export interface VendorRoute {
  api: VendorApi
  protocol: VendorProtocol
  method: Method
  /** As clients send it, with `{kind}` for the id of an object and `{path*}` for the path of a file. */
  path: string
  target: RouteTarget
  meter: Meter
  /** The kind of object that a successful reply describes; its id is remembered for the caller. */
  creates: string | null
  /** A successful reply means that the object which the path names first is gone. */
  deletes: boolean
  /**
   * Its form holds a file of any size and names no other objects, so it is passed on as it arrives. Other forms
   * are read first.
   */
  upload: boolean
  /** Names of the client's headers that the vendor gets, besides those of every route. */
  headers: readonly string[]
  /** What is uploaded may be the input of a batch, so ids in its lines are checked. */
  holdsCalls: boolean
  /** A file can be sent in pieces, each a request of its own (Google's resumable uploads). */
  inPieces: boolean
  /** Runs models that are named in a file, so a key that is restricted to some models may not call it. */
  runsAnyModel: boolean
}

/** A successful reply is a whole response or its stream, as of a model call. */
export function isResponse({ protocol, meter }: Pick<VendorRoute, 'protocol' | 'meter'>): boolean {
  return protocol === 'responses' && meter === 'tokens'
}

/** In place of a model that is not required: any key of the vendor can serve the call. */
export const ANY_KEY = ''

export type Options = Partial<Omit<VendorRoute, 'method' | 'path' | 'target'>>

export function row(line: string, target: RouteTarget, options: Options = {}): VendorRoute {
  const [method, path] = line.split(' ') as [Method, string]
  return {
    api: 'openai',
    protocol: 'openai',
    method,
    path: `/v1/${path}`,
    target,
    meter: 'free',
    creates: null,
    deletes: false,
    upload: false,
    headers: [],
    holdsCalls: false,
    inPieces: false,
    runsAnyModel: false,
    ...options,
  }
}

export function byModel(line: string, options: Options = {}, otherwise: string | null = null) {
  return row(line, { by: 'model', param: null, otherwise }, { meter: 'tokens', ...options })
}

/** The kind is the name of the path's first parameter. */
export function byObject(line: string, options: Options = {}): VendorRoute {
  return row(line, { by: 'object', kind: firstParam(line) }, options)
}

export function byAccount(line: string, options: Options = {}): VendorRoute {
  return row(line, { by: 'account' }, options)
}

export function listOf(line: string, kind: string): VendorRoute {
  return row(line, { by: 'list', kind })
}

/** A resource as most are: create, list, retrieve, update, delete. `plural` is its path. */
export function resource(plural: string, kind: string, options: Options = {}): VendorRoute[] {
  return [
    byAccount(`POST ${plural}`, { creates: kind, ...options }),
    listOf(`GET ${plural}`, kind),
    byObject(`GET ${plural}/{${kind}}`),
    byObject(`POST ${plural}/{${kind}}`),
    byObject(`DELETE ${plural}/{${kind}}`, { deletes: true }),
  ]
}

/** What hangs below an object: each line is looked up and changed at that object's key. */
export function under(object: string, lines: readonly string[], options: Options = {}) {
  return lines.map((line) => {
    const [method, ...rest] = line.split(' ')
    return byObject(`${method} ${object}${rest.join('')}`, options)
  })
}

function firstParam(line: string): string {
  const name = /\{(\w+)\}/.exec(line)?.[1]
  if (name === undefined) throw new Error(`'${line}' names no object`)
  return name
}
