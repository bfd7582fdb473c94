/** Prints the age test vectors of npm cctv-age as JSON: name to base64. Its one argument is the package's main file. */

import { pathToFileURL } from "node:url";

const vectors = Object.entries(await import(pathToFileURL(process.argv[2]).href));
process.stdout.write(JSON.stringify(Object.fromEntries(vectors.map(([name, data]) => [name, Buffer.from(data).toString("base64")]))));
