/** SHA-256 of a text as lower-case hex: the form in which proxy keys are stored and looked up. */
export type Sha256Hex = (text: string) => string
