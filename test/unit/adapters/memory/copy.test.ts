import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { copyOf, frozenCopyOf } from '../../../../shared/adapters/memory/copy.ts'

const values = fc.anything({
  ...{ withDate: true, maxDepth: 4 },
  values: [fc.string(), fc.double(), fc.boolean(), fc.constant(null), fc.constant(undefined)],
})

describe('a copy', () => {
  it('is what text would bring back', () => {
    fc.assert(
      fc.property(fc.record({ value: values }), (value) => {
        expect(copyOf(value)).toEqual(JSON.parse(JSON.stringify(value)))
        expect(frozenCopyOf(value)).toEqual(JSON.parse(JSON.stringify(value)))
      }),
    )
  })

  it('keeps a member whose name is that of the prototype', () => {
    const value: unknown = JSON.parse('{"__proto__": 0, "share": 10}')
    expect(Object.entries(copyOf(value) as object)).toEqual([
      ['__proto__', 0],
      ['share', 10],
    ])
  })

  it('has no words for a function', () => {
    expect(copyOf({ a: () => 1, b: [() => 1] })).toEqual({ b: [null] })
  })

  it('shares nothing with its original', () => {
    const original = { list: [{ share: 10 }] }
    const copy = copyOf(original)
    for (const one of original.list) one.share = 20
    expect(copy).toEqual({ list: [{ share: 10 }] })
  })

  it('cannot be changed at any depth when it is frozen', () => {
    const copy = frozenCopyOf({ list: [{ share: 10 }] })
    expect(() => {
      for (const one of copy.list) one.share = 20
    }).toThrow(TypeError)
    expect(() => copy.list.push({ share: 30 })).toThrow(TypeError)
  })
})
