import { refuse } from './errors.ts'

/** Names of functions and aliases. @throws {AwsError} `ValidationException` */
export function checkName(member: 'functionName' | 'name', name: string, longest: number): string {
  const pattern = member === 'name' ? '(?!^[0-9]+$)([a-zA-Z0-9-_]+)' : '[a-zA-Z0-9-_]+'
  if (name.length <= longest && new RegExp(`^${pattern}$`).test(name)) return name
  return refuse(
    'ValidationException',
    `1 validation error detected: Value '${name}' at '${member}' failed to satisfy constraint: Member must satisfy regular expression pattern: ${pattern} and have at most ${longest} characters`,
  )
}
