export const judgeUsage = `sluice judge: what a comparison gate says about counts, and why

  sluice judge --gate gate.json --data counts.json [--json] [--trace]
  sluice judge --gate gate.json --data stream.ndjson --ndjson [--trace]
  sluice judge --event event.json [--json]

Options:
  --gate FILE    parameters of the gate, by name; {} is the default gate, a compare gate of a service will do
  --data FILE    counts of stable and canary, bucket by bucket
  --ndjson       --data has a document a line; prints a result a line
  --event FILE   an event or a gate's report that holds evidence.replay: judged again, and compared
  --json         one JSON object instead of text, all numbers at full precision
  --trace        what it said after each bucket, too

FILE may be -, which is standard input.

Exit codes: 0 pass, 1 fail, 2 wrong options or input, 3 no data, 4 a source did not answer.
With --event 0 where all of it agrees, 5 where it does not.
With --ndjson 0, and 2 where a line could not be judged.
`
