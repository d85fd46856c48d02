/** asl-validator ships no types. Only what is used here is declared. */
declare module 'asl-validator' {
  interface Finding {
    readonly 'Error code': string
    readonly Message: string
    readonly path?: string
    readonly instancePath?: string
  }
  interface Result {
    readonly isValid: boolean
    readonly errors: readonly Finding[]
    errorsText(separator?: string): string
  }
  export default function validate(definition: object, options?: { checkPaths?: boolean; checkArn?: boolean }): Result
}
