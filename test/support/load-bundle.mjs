// Loads one function's bundle as Lambda does, in a process of its own, and prints what it answers to one event.
const [file, event] = process.argv.slice(2)
const { handler } = await import(file)
try {
  process.stdout.write(JSON.stringify({ answer: await handler(JSON.parse(event), {}) }))
} catch (error) {
  process.stdout.write(JSON.stringify({ error: error.name }))
}
