/** An ARN of a function without a qualifier: `arn:aws:lambda:eu-west-1:123456789012:function:checkout`. */
const arnShape = /^arn:[a-z][a-z0-9-]*:lambda:([a-z0-9-]+):[0-9]{12}:function:([A-Za-z0-9_-]+)$/

/** The Region that a function's ARN names; null where `functionName` is a name alone: it is in Sluice's own Region. */
export function regionOfFunction(functionName: string): string | null {
  return arnShape.exec(functionName)?.[1] ?? null
}

/** The name of a function, given its name or its ARN: what CloudWatch knows it by. */
export function plainFunctionName(functionName: string): string {
  return arnShape.exec(functionName)?.[2] ?? functionName
}
