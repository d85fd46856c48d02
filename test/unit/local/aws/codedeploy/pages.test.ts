import { describe, expect, it } from 'vitest'
import { PAGE_SIZE, toPage } from '../../../../../local/aws/codedeploy/pages.ts'

const numbers = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => `n${from + index}`)
const same = (item: string) => item

describe('a list of pages', () => {
  it('shows every item once', () => {
    const all = numbers(0, 250)
    const first = toPage(all, same, undefined)
    const second = toPage(all, same, first.nextToken)
    const third = toPage(all, same, second.nextToken)
    expect([...first.items, ...second.items, ...third.items]).toEqual(all)
    expect(first.items).toHaveLength(PAGE_SIZE)
    expect(third).toEqual({ items: numbers(200, 250) })
  })

  it('repeats and hides nothing when items come before the page', () => {
    const first = toPage(numbers(10, 200), same, undefined)
    expect(toPage(numbers(0, 200), same, first.nextToken).items).toEqual(numbers(110, 200))
  })

  it('has no next page when it is exactly full, or empty', () => {
    expect(toPage(numbers(0, PAGE_SIZE), same, undefined)).toEqual({ items: numbers(0, PAGE_SIZE) })
    expect(toPage([], same, undefined)).toEqual({ items: [] })
  })

  it('refuses a token that it did not give', () => {
    expect(() => toPage(numbers(0, 3), same, 'abc')).toThrow(
      expect.objectContaining({ code: 'InvalidNextTokenException' }),
    )
  })
})
