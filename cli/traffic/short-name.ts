/**
 * A route's resource as a person knows it: `rule shop/9683b2d02a6cabee`, `listener shop/f2f7dc8efc522ab2` (load balancer
 * and id), `app.example.com A`. What is none of these stays whole.
 */
export function shortName(resource: string): string {
  const arn = /:(listener|listener-rule)\/app\/([^/]+)\/(?:[^/]+\/)+([^/]+)$/.exec(resource)
  if (arn) return `${arn[1] === 'listener' ? 'listener' : 'rule'} ${arn[2]}/${arn[3]}`
  const records = /^route53:[^/]+\/(.+)\/([^/]+)$/.exec(resource)
  return records ? `${records[1]} ${records[2]}` : resource
}
