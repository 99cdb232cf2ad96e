/** Values that fit the schemas of the admin API's OpenAPI document. */

export interface Schema {
  $ref?: string
  type?: string | string[]
  enum?: unknown[]
  const?: unknown
  anyOf?: Schema[]
  oneOf?: Schema[]
  allOf?: Schema[]
  properties?: Record<string, Schema>
  required?: string[]
  items?: Schema
  minimum?: number
  minLength?: number
  pattern?: string
  format?: string
  default?: unknown
}
export interface Operation {
  parameters?: { name: string; in: string; required?: boolean; schema: Schema }[]
  requestBody?: { content: Record<string, { schema: Schema }> }
}
export interface Document {
  paths: Record<string, Record<string, Operation>>
  components: { schemas: Record<string, Schema> }
}

const schemaOf = (schema: Schema, document: Document): Schema =>
  schema.$ref === undefined
    ? schema
    : (document.components.schemas[schema.$ref.split('/').at(-1) ?? ''] as Schema)

/** A value that the schema accepts, with all properties. */
export function fitting(document: Document, given: Schema, name = ''): unknown {
  if (Object.hasOwn(FITTING, name)) return FITTING[name]
  const schema = schemaOf(given, document)
  if (schema.allOf !== undefined)
    return Object.assign({}, ...schema.allOf.map((part) => fitting(document, part)))
  const some = schema.anyOf ?? schema.oneOf
  if (some?.[0] !== undefined) return fitting(document, some[0], name)
  if (schema.const !== undefined) return schema.const
  if (schema.enum !== undefined) return schema.enum[0]
  const type = [schema.type].flat()[0]
  if (type === 'object')
    return Object.fromEntries(
      Object.entries(schema.properties ?? {}).map(([key, part]) => [
        key,
        fitting(document, part, key),
      ]),
    )
  if (type === 'array')
    return schema.items === undefined ? [] : [fitting(document, schema.items, name)]
  if (type === 'boolean') return false
  if (type === 'integer' || type === 'number') return Math.max(schema.minimum ?? 1, 1)
  return FITTING_TEXTS[name] ?? 'x'.repeat(schema.minLength ?? 1)
}

/** A mirror serves nobody, so it is no target by itself; only some vendors have versions and formats. */
const FITTING: Record<string, unknown> = {
  conditions: ['max-tokens:4000'],
  ...{ mirror_percent: null, api_version: null, protocol: null },
}

const FITTING_TEXTS: Record<string, string> = {
  ...{
    from: '2026-11-01T00:00:00Z',
    until: '2026-11-02T00:00:00Z',
    expires_at: '2030-01-01T00:00:00Z',
  },
  ...{
    month: '2026-11',
    status: '429',
    time_zone: 'Asia/Kolkata',
    code: '123456',
    allowed_addresses: '10.0.0.1',
    secret: 'sk-of-a-provider-1',
    base_url: 'https://a.example/v1',
  },
  ...{
    provider: 'openai',
    password: 'a long pass phrase',
    email: 'a@example.org',
    user: 'admin',
    by: 'user',
  },
}
