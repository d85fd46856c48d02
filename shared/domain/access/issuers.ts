/** An issuer whose tokens strangers can have, and the claims of which a rule must hold one exactly. */
export interface SharedIssuer {
  readonly name: string
  readonly pins: readonly string[]
}

/**
 * What is known of the issuer `url`; null where it may be its owner's alone.
 *
 * GitHub signs for every repository in the world, and names and subjects are no identity there: a name that was given up
 * can be registered by others, and the form of `sub` differs with the age and settings of the repository.
 *
 * @see GitHub docs, "OpenID Connect reference"; GitLab docs, "OpenID Connect (OIDC) authentication using ID tokens"
 */
export function sharedIssuer(url: string): SharedIssuer | null {
  if (gitHub.some((form) => form.test(url)))
    return { name: 'GitHub', pins: ['repository_id', 'repository_owner_id', 'enterprise_id'] }
  if (url === 'https://gitlab.com') return { name: 'GitLab.com', pins: ['project_id', 'namespace_id'] }
  return null
}

/** GitHub.com and an enterprise's own path there, GitHub with data residency, GitHub Enterprise Server. */
const gitHub = [
  /^https:\/\/token\.actions\.githubusercontent\.com(\/|$)/,
  /^https:\/\/token\.actions\.[^/]+\.ghe\.com$/,
  /^https:\/\/[^/]+\/_services\/token$/,
]
