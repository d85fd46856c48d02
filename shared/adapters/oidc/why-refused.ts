import { errors } from 'jose'

/** What was wrong with a token, in words of our own: those of the library may repeat what the token says. */
export function whyRefused(error: unknown): string {
  if (error instanceof errors.JWTExpired)
    return error.claim === 'iat' ? 'the token was made more than a day ago' : 'the token has expired'
  if (error instanceof errors.JWTClaimValidationFailed) return claims[error.claim] ?? 'a claim of the token is wrong'
  if (error instanceof errors.JWKSNoMatchingKey) return 'its issuer has no key of the name that the token gives'
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'the signature of the token is wrong'
  return 'the token cannot be verified'
}

const claims: Readonly<Record<string, string>> = {
  iss: 'tokens of its issuer are not taken here',
  aud: 'the token was made for another audience',
  sub: 'the token must say whom it is about (sub)',
  exp: 'the token must say when it expires (exp)',
  iat: 'the token must say when it was made (iat), and that must not be in the future',
  nbf: 'the token is not valid yet',
}
