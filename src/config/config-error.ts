/** A variable that can't be used: which one, what is wrong, and what to do. Never holds a secret's value. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
  readonly variable: string
  readonly remedy: string

  constructor(variable: string, message: string, remedy: string) {
    super(message)
    this.variable = variable
    this.remedy = remedy
  }
}
