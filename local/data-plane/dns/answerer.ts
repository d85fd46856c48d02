import { parseQuery, type Query } from './query.ts'
import type { HealthSources } from './record-health.ts'
import { metaTypes } from './record-types.ts'
import { createResolve } from './resolve.ts'
import { encodeResponse, failure, largestUdpAnswer, type Response, rcodes } from './response.ts'

export interface AnswererOptions extends HealthSources {
  /** Told of records that cannot be put on the wire, and of bugs; the client gets SERVFAIL. */
  readonly reportError: (error: unknown) => void
}

/** Answers one message. Null: it must not be answered. Never throws. */
export type Answerer = (packet: Buffer, over: 'udp' | 'tcp') => Buffer | null

const classIn = 1

/** An authoritative name server as a function of messages: what it takes, what it refuses, how it says so. */
export function createAnswerer(options: AnswererOptions): Answerer {
  const resolve = createResolve(options)

  function decide(query: Query): Response {
    const { question, opcode, edns } = query
    if (opcode !== 0) return failure(rcodes.NOTIMP)
    if (query.isMalformed || !question) return failure(rcodes.FORMERR)
    if (edns && edns.version !== 0) return failure(rcodes.BADVERS)
    if (question.class !== classIn) return failure(rcodes.REFUSED)
    if (question.type === metaTypes.OPT) return failure(rcodes.FORMERR)
    // Transfers, signatures and mail agents of 1987: nothing here has them.
    if (question.type >= 249 && question.type < metaTypes.ANY) return failure(rcodes.REFUSED)
    return resolve(question.name, question.type)
  }

  return (packet, over) => {
    const query = parseQuery(packet)
    if (!query) return null
    const limit = over === 'udp' ? largestUdpAnswer(query.edns) : undefined
    try {
      return encodeResponse(query, decide(query), limit)
    } catch (error) {
      options.reportError(error)
      return encodeResponse(query, failure(rcodes.SERVFAIL), limit)
    }
  }
}
