/** Claims of a verified token: any JSON. */
export type Claims = Readonly<Record<string, unknown>>

/** Who calls, as the door that let them in has verified it. */
export type Principal =
  /** The owner of the machine, in local mode. */
  | { readonly kind: 'local' }
  /** Whoever signed the request with AWS credentials, as API Gateway says. */
  | { readonly kind: 'iam'; readonly arn: string }
  | { readonly kind: 'oidc'; readonly issuer: string; readonly subject: string; readonly claims: Claims }
  | { readonly kind: 'token'; readonly id: string; readonly name: string }
  | { readonly kind: 'slack'; readonly team: string; readonly user: string }

/** What a door finds. `reason` is for the caller, and repeats nothing of what they brought. */
export type Authentication =
  | { readonly outcome: 'known'; readonly principal: Principal }
  | { readonly outcome: 'refused'; readonly reason: string }

/** What a principal is called where the policy does not say which person it is. */
export function nameOf(principal: Principal): string {
  switch (principal.kind) {
    case 'local':
      return 'local-owner'
    case 'iam':
      return principal.arn
    case 'oidc':
      return principal.subject
    case 'token':
      // Names of tokens may repeat; two tokens are two callers all the same.
      return `${principal.name} (${principal.id})`
    case 'slack':
      return `${principal.team}/${principal.user}`
  }
}

/** All of what the door has verified about who it is, for the audit: names and persons are what people call it. */
export function identityOf(principal: Principal): string {
  switch (principal.kind) {
    case 'local':
      return 'local'
    case 'iam':
      return principal.arn
    case 'oidc':
      return `${principal.issuer} ${principal.subject}`
    case 'token':
      return principal.id
    case 'slack':
      return `${principal.team}/${principal.user}`
  }
}
