import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { actions, atMost, button, header, sections, slackLimits } from '../../../../functions/slack/blocks.ts'
import { code, echo, instant, link } from '../../../../functions/slack/mrkdwn.ts'

describe('a text of others', () => {
  it.each([
    { text: 'a < b && c > d', shown: 'a &lt; b &amp;&amp; c &gt; d' },
    { text: '&lt;!channel&gt;', shown: '&amp;lt;!channel&amp;gt;' },
    {
      text: '<!channel> <@U123> <https://evil.example|console>',
      shown: '&lt;!channel&gt; &lt;@U123&gt; &lt;https://evil.example|console&gt;',
    },
    { text: '@here, @Channel, @everyone and @ada', shown: '@\u2060here, @\u2060Channel, @\u2060everyone and @ada' },
    { text: 'one\r\n\ttwo', shown: 'one two' },
  ])('is only text: $text', ({ text, shown }) => {
    expect(echo(text)).toBe(shown)
  })

  it.each([
    { text: 'abcdef', max: 6, shown: 'abcdef' },
    { text: 'abcdefg', max: 6, shown: 'abcde…' },
    { text: 'a&&', max: 11, shown: 'a&amp;&amp;' },
    { text: 'a&&', max: 10, shown: 'a&amp;…' },
    { text: 'ab cdef', max: 4, shown: 'ab…' },
    { text: '🚦🚦🚦', max: 4, shown: '🚦…' },
  ])('is cut between characters, never in one: $text at $max', ({ text, max, shown }) => {
    expect(echo(text, max)).toBe(shown)
  })

  it('is never longer than asked, nor cut where it fits', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 1, max: 400 }), (text, max) => {
        const shown = echo(text, max)
        expect(shown.length).toBeLessThanOrEqual(max)
        if (!shown.endsWith('…')) expect(shown).toBe(echo(text, 10_000))
      }),
    )
  })

  it.each([
    { text: 'deploy web', shown: '`deploy web`' },
    { text: 'a` *bold* `b', shown: "`a' *bold* 'b`" },
    { text: '', shown: '``' },
  ])('stays in its fixed font: $text', ({ text, shown }) => {
    expect(code(text)).toBe(shown)
  })
})

describe('a link', () => {
  it.each([
    { address: 'https://ci.example/run?a=1&b=2', shown: '<https://ci.example/run?a=1&amp;b=2|build>' },
    { address: 'http://ci.example', shown: '<http://ci.example/|build>' },
    { address: 'https://ci.example/a|b?c=<d>#e|f', shown: '<https://ci.example/a%7Cb?c=%3Cd%3E#e%7Cf|build>' },
    { address: 'javascript:alert(1)', shown: 'build' },
    { address: 'ftp://ci.example/', shown: 'build' },
    { address: 'not an address', shown: 'build' },
    { address: `https://ci.example/${'x'.repeat(1000)}`, shown: 'build' },
  ])('leads to the web, or is only its text: $address', ({ address, shown }) => {
    expect(link(address, 'build')).toBe(shown)
  })

  it('has text that is only text', () => {
    expect(link('https://ci.example/', '<b>|c')).toBe('<https://ci.example/|&lt;b&gt;|c>')
  })
})

it.each([
  {
    iso: '2026-01-01T00:30:00.000Z',
    shown: '<!date^1767227400^{date_short_pretty} {time_secs}|2026-01-01T00:30:00.000Z>',
  },
  { iso: 'some day', shown: 'some day' },
])('shows an instant in the time zone of its reader: $iso', ({ iso, shown }) => {
  expect(instant(iso)).toBe(shown)
})

describe('the parts of a message', () => {
  it('puts lines together for as long as they fit', () => {
    const line = (mark: string) => mark.repeat(1499)
    const texts = sections([line('a'), '', line('b'), line('c')]).map(({ text }) => text?.text)
    expect(texts).toEqual([`${line('a')}\n${line('b')}`, line('c')])
  })

  it('says how many lines are left out', () => {
    expect(atMost(2, ['a', 'b'])).toEqual(['a', 'b'])
    expect(atMost(2, ['a', 'b', 'c', 'd'])).toEqual(['a', 'b', '… and 2 more'])
  })

  it('has no more buttons than fit beside each other', () => {
    const one = button({ actionId: 'sluice.abort', text: 'Abort', value: '- abort web' })
    const [row] = actions(Array.from({ length: 7 }, () => one))
    expect(row?.elements).toHaveLength(slackLimits.buttons)
    expect(actions([])).toEqual([])
  })

  it('cuts a headline without breaking a character', () => {
    expect(header('🚦'.repeat(100)).text.text).toBe(`${'🚦'.repeat(74)}…`)
    expect(header('x'.repeat(150)).text.text).toBe('x'.repeat(150))
  })
})
