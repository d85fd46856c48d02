import { describe, expect, it } from 'vitest'
import { authenticateBearer } from '../../../../shared/use-cases/access/authenticate-bearer.ts'
import { createToken } from '../../../../shared/use-cases/access/create-token.ts'
import { createMemoryAccess } from '../../../support/access.ts'
import { aJob } from '../../../support/policies.ts'
import { aTokenId } from '../../../support/tokens.ts'

const actor = { kind: 'local', name: 'local-owner' } as const

async function setUp() {
  const verified: string[] = []
  const principal = aJob()
  const { deps } = createMemoryAccess({
    identityTokens: {
      async verify(token) {
        verified.push(token)
        return { outcome: 'known', principal }
      },
    },
  })
  const { text } = await createToken(deps, { actor, name: 'on-call' })
  return { deps, text, verified, principal }
}

describe('a bearer', () => {
  it.each(['Bearer', 'bearer', 'BEARER', 'Bearer  '])('of an API token is known, as %s', async (scheme) => {
    const { deps, text, verified } = await setUp()
    const principal = { kind: 'token', id: aTokenId(), name: 'on-call' }
    expect(await authenticateBearer(deps, `${scheme} ${text}`)).toEqual({ outcome: 'known', principal })
    expect(verified).toEqual([])
  })

  it('of anything else is looked at by issuers', async () => {
    const { deps, verified, principal } = await setUp()
    expect(await authenticateBearer(deps, 'Bearer a.b.c')).toEqual({ outcome: 'known', principal })
    expect(verified).toEqual(['a.b.c'])
  })

  it.each(['', 'Bearer', 'Bearer ', 'Basic YTpi', 'a.b.c', 'Bearer a b', 'Bearer a, Bearer b', 'Bearer\ta'])(
    'is nobody with "%s"',
    async (header) => {
      const { deps, verified } = await setUp()
      const reason = 'the header must be "Authorization: Bearer <token>"'
      expect(await authenticateBearer(deps, header)).toEqual({ outcome: 'refused', reason })
      expect(verified).toEqual([])
    },
  )
})
