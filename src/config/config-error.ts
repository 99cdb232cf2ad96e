/** A variable that can't be used: which one, what is wrong, and what to do. Never holds a secret's value. */
import { OperatorError } from '../core/operator-error.ts'

export class ConfigError extends OperatorError {
  readonly variable: string

  constructor(variable: string, message: string, remedy: string) {
    super('configuration', message, remedy, { field: variable })
    this.variable = variable
  }
}
