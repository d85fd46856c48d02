import { describe, expect, it } from 'vitest'
import { finalPhases, isFinal, isOver, openPhases } from '../../../shared/domain/deployment.ts'

describe('phases', () => {
  it.each(openPhases)('%s is neither final nor over', (phase) => {
    expect([isFinal(phase), isOver(phase)]).toEqual([false, false])
  })

  it.each(finalPhases)('%s is final, and over unless its rollback is still tried', (phase) => {
    expect([isFinal(phase), isOver(phase)]).toEqual([true, phase !== 'rollback-failed'])
  })
})
