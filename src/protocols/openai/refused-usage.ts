/** Whether an upstream refuses a request because of the field that asks for usage in its stream. */

const MENTIONED = /stream_options|include_usage/i
/** As strict servers say it of a field that they do not name. */
const UNKNOWN_FIELD =
  /(unrecogni[sz]ed|unknown|unexpected|unsupported|additional|extra|invalid) (request )?(argument|parameter|field|key|propert|input)|extra_forbidden|not permitted/i

/** `said` is the body of its error. */
export function isAboutUsageOption(said: string): boolean {
  return MENTIONED.test(said) || UNKNOWN_FIELD.test(said)
}
