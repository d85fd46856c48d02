// Loads the bundle as Lambda does, gives it one event, and prints what it answered and how long both took.
const [bundle, event] = process.argv.slice(2)
const startedAt = performance.now()
const { handler } = await import(bundle)
const loadedAt = performance.now()
const { statusCode, body } = await handler(JSON.parse(event), {})
const answeredAt = performance.now()
const { user, system } = process.cpuUsage()
// A line of its own: the function may have logged before.
process.stdout.write(
  `\n${JSON.stringify({
    loadMs: loadedAt - startedAt,
    requestMs: answeredAt - loadedAt,
    cpuMs: (user + system) / 1000,
    statusCode,
    body,
  })}`,
  () => process.exit(0),
)
