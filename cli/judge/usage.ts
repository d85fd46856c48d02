export const judgeUsage = `sluice judge: what a comparison gate says about counts, and why

  sluice judge --gate gate.json --data counts.json [--json] [--trace] [--exit-code]
  sluice judge --gate gate.json --data stream.ndjson --ndjson [--trace]
  sluice judge --event event.json [--json]
  sluice judge --cloudwatch --service web [--days 14] [--gate gate.json | --gate-name errors] [--json]

Options:
  --gate FILE    parameters of the gate, by name; {} is the default gate, a compare gate of a service will do
  --data FILE    counts of stable and canary, bucket by bucket
  --ndjson       --data has a document a line; prints a result a line
  --event FILE   an event or a gate's report that holds evidence.replay: judged again, and compared
  --json         one JSON object instead of text, all numbers at full precision
  --trace        what it said after each bucket, too
  --exit-code    the verdict as exit code: 0 pass, 1 fail, 3 no data

Options of --cloudwatch, which judges the service's past as if releases had changed nothing:
  --service S    its document comes from the API (SLUICE_URL, SLUICE_TOKEN), its counts from CloudWatch
                 (AWS credentials and AWS_ENDPOINT_URL as everywhere)
  --gate-name N  which of its compare gates; none needed where it has one, or with --gate
  --days N       how far back, 1 to 15                    14
  --splits N     how often each window is divided anew    20
  --seed N       other random divisions                   1
  --weight P     percent of the pretend canary            first weight of the service's plan

FILE may be -, which is standard input.

Exit codes: 0 judged, 2 wrong options or input, 4 a source did not answer.
With --exit-code 1 fail and 3 no data; with --cloudwatch 1 where more than alpha of the healthy releases were rolled back.
With --event 0 where all of it agrees, 5 where it does not.
With --ndjson 0, and 2 where a line could not be judged.
`
