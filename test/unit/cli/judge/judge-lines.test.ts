import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { judgeLine, toLines } from '../../../../cli/judge/judge-lines.ts'
import { defaultParameters } from '../../../../shared/domain/sequential-test.ts'

async function* inChunks(text: string, sizes: readonly number[]) {
  let from = 0
  for (let index = 0; from < text.length; index++) {
    const size = sizes[index % sizes.length] ?? 1
    yield text.slice(from, from + size)
    from += size
  }
}

async function linesOf(text: string, sizes: readonly number[] = [1000], longest?: number) {
  const found = []
  for await (const line of toLines(inChunks(text, sizes), longest)) found.push(line)
  return found
}

describe('lines of a stream', () => {
  it('are numbered from 1; blank ones count and are left out', async () => {
    expect(await linesOf('a\n\n  \nb\r\nc')).toEqual([
      { number: 1, text: 'a' },
      { number: 4, text: 'b\r' },
      { number: 5, text: 'c' },
    ])
  })

  it('are the same however the stream is cut', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.string({ maxLength: 12 }), { maxLength: 20 }),
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }),
        async (texts, sizes) => {
          const stream = texts.join('\n')
          expect(await linesOf(stream, sizes)).toEqual(await linesOf(stream))
        },
      ),
    )
  })

  it.each([[[1000]], [[3]], [[1]]])('are not kept where they are too long, cut into %j', async (sizes) => {
    expect(await linesOf(`ab\n${'x'.repeat(50)}\ncd\n${'y'.repeat(11)}`, sizes, 10)).toEqual([
      { number: 1, text: 'ab' },
      { number: 2, text: null },
      { number: 3, text: 'cd' },
      { number: 4, text: null },
    ])
  })
})

describe('a line', () => {
  const parameters = defaultParameters('errors')
  const judge = (text: string | null, trace = false) => judgeLine(parameters, { number: 7, text }, { trace })
  const side = { requests: 100, errors: 1 }

  it('gives its judgement, with the id that it came with', () => {
    const result = judge(JSON.stringify({ id: 'run-1', buckets: [{ stable: side, canary: side }] }))
    expect(result).toMatchObject({ line: 7, id: 'run-1', verdict: 'pass', failedAt: null })
    expect(result).not.toHaveProperty('trace')
  })

  it('gives its trace where that is asked for', () => {
    const result = judge(JSON.stringify({ buckets: [{ stable: side, canary: side }] }), true)
    expect(result).toMatchObject({ trace: [{ bucket: 0, verdict: 'pass' }] })
  })

  it.each([
    ['{"buckets":[', 'the line is no JSON: '],
    ['NaN', 'the line is no JSON: '],
    ['3', 'the line cannot be judged: must be an object'],
    ['{"buckets":3}', 'the line cannot be judged: buckets must be a list'],
    [
      '{"buckets":[{"stable":{"requests":1,"errors":2},"canary":{"requests":1}}]}',
      'the line cannot be judged: buckets[0].stable.errors must not exceed the 1 requests; ' +
        'buckets[0].canary.errors is required and must be a whole number from 0 to 1000000000000000',
    ],
    ['{"id":{"run":1},"buckets":[]}', 'the line cannot be judged: id must be a string or a number'],
    [null, 'is longer than'],
  ])('that is wrong says what is: %s', (text, error) => {
    expect(judge(text)).toEqual({ line: 7, error: expect.stringContaining(error) })
  })

  it.each([
    (deep: string) => deep,
    (deep: string) => `{"id":${deep},"buckets":[]}`,
    (deep: string) => `{"buckets":${deep}}`,
  ])('that is nested as deep as it likes is refused, and its answer can be written: %s', (around) => {
    const result = judge(around(`${'['.repeat(100_000)}${']'.repeat(100_000)}`))
    expect(JSON.parse(JSON.stringify(result))).toEqual({ line: 7, error: expect.any(String) })
  })
})
