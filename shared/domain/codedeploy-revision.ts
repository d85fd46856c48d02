/** What CodeDeploy is to deploy, as `CreateDeployment` takes it. */
export type CodeDeployRevision =
  /** ECS and Lambda: the AppSpec itself, sent as JSON. */
  | { readonly type: 'app-spec'; readonly appSpec: AppSpec }
  /** Servers: a bundle in S3, which holds its own AppSpec. */
  | {
      readonly type: 's3'
      readonly bucket: string
      readonly key: string
      readonly bundleType: 'tar' | 'tgz' | 'zip' | 'YAML' | 'JSON'
      readonly version?: string
      readonly eTag?: string
    }
  /** Servers: a commit on GitHub. */
  | { readonly type: 'github'; readonly repository: string; readonly commitId: string }

/** An AppSpec as it was given. What of it matters to us is read by `readAppSpec`. */
export type AppSpec = Readonly<Record<string, unknown>>
