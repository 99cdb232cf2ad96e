/** Objects without members that have no value: absent stays absent, as `exactOptionalPropertyTypes` wants it. */

export function present<Fields extends object>(object: Fields): Present<Fields> {
  const entries = Object.entries(object).filter(([, value]) => value !== undefined)
  return Object.fromEntries(entries) as Present<Fields>
}

type Present<Fields> = {
  [Name in keyof Fields as undefined extends Fields[Name] ? never : Name]: Fields[Name]
} & {
  [Name in keyof Fields as undefined extends Fields[Name] ? Name : never]?: Exclude<
    Fields[Name],
    undefined
  >
}
