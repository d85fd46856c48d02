import { writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { buildOpenApi } from './openapi/document.ts'

/** Writes the document that `/openapi.json` serves. The generator itself stays out of the functions' bundles. */
const path = fileURLToPath(new URL('../functions/api/openapi.json', import.meta.url))
await writeFile(path, `${JSON.stringify(buildOpenApi(), null, 2)}\n`)
console.log(`wrote ${path}`)
