export type {
  Bucket,
  ComparisonFixed,
  ComparisonParameters,
  ComparisonResult,
  ComparisonState,
  DataState,
  Estimate,
  SideCounts,
  Stratum,
} from './sequential/comparison.ts'
